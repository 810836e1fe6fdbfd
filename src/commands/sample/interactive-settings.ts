import { nearest } from '../../config/nearest.js';
import { UserError } from '../../foundation/errors.js';
import type { ModelDescription } from '../../model/model-description.js';
import type { GenerationOptions } from '../../sample/text-writer.js';
import { tokenFilters } from '../../sample/token-filters.js';
import { wrapWords } from '../../ui/wrap.js';
import type { SampleArguments } from './arguments.js';
import { checkedSettings } from './request.js';
import { generationOptions } from './text-options.js';
import type { ViewOptions } from './text-report.js';

/** Flags with one value that can be changed during a conversation, under the same names. */
const changeable = [
  'temperature',
  ...tokenFilters.map(({ flag }) => flag),
  'repetition-penalty',
  'frequency-penalty',
  'presence-penalty',
  'penalty-window',
  'max-tokens',
  'regex',
  'seed',
] as const;

type Changeable = (typeof changeable)[number];

const help = `An empty line continues the text. To begin a text with a slash, type two slashes.
  /NAME VALUE  changes a setting; /NAME alone resets it to its default. Names:
${wrapWords(changeable.join(', '), 60)
  .map((line) => ' '.repeat(15) + line)
  .join('\n')}
  /settings    shows those that were changed
  /reset       forgets everything, and begins with the seed's first text again
  /quit        ends, as Ctrl-D does
`;

/** The settings of a conversation, initially those of the flags. */
interface Settings {
  /** @throws UserError usage when the flags cannot be used with this model. */
  check(): Promise<void>;
  /** The options of a text. */
  options(stream: number): Promise<GenerationOptions>;
  view(): ViewOptions;
  /** Executes a command and returns the text to show. @throws UserError usage; then nothing has changed */
  obey(name: string, value: string): Promise<string>;
}

export function createSettings(given: SampleArguments, model: ModelDescription): Settings {
  let args = given;
  let options: Promise<GenerationOptions> | undefined;
  const optionsOf = (of: SampleArguments) => generationOptions(checkedSettings(of), model);

  async function change(name: Changeable, value: string): Promise<string> {
    const camelCase = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const text = value === '' ? undefined : value;
    const changed = { ...args, [name]: text, [camelCase]: text };
    await optionsOf(changed);
    args = changed;
    options = undefined;
    return '';
  }

  return {
    check: async () => void (await optionsOf(args)),
    options: async (stream) => {
      options ??= optionsOf(args);
      return { ...(await options), stream };
    },
    view: () => {
      const alternatives = checkedSettings(args).alternatives ?? 0;
      return { raw: args.raw, probabilities: args.showProbabilities, alternatives };
    },
    async obey(name, value) {
      if (name === 'help') return help;
      if (name === 'settings') return settingsOf(args);
      const known = changeable.find((one) => one === name);
      if (known !== undefined) return change(known, value.trim());
      const all = [...changeable, 'settings', 'reset', 'help', 'quit'];
      const meant = nearest(name, all);
      const guess = meant === undefined ? '' : ` (did you mean /${meant}?)`;
      throw new UserError('usage', `/${name.slice(0, 40)} is not a command${guess}; /help lists them`);
    },
  };
}

function settingsOf(args: SampleArguments): string {
  const changed = changeable.filter((name) => args[name] !== undefined);
  if (changed.length === 0) return 'all settings have their defaults\n';
  return changed.map((name) => `${name} ${String(args[name])}\n`).join('');
}
