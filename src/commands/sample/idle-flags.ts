import { UserError } from '../../foundation/errors.js';
import { isExportedFile } from '../../run/exported-file.js';
import { tokenFilters } from '../../sample/token-filters.js';
import type { SampleArguments, TextSettings } from './arguments.js';

/**
 * Refuses flags that would have no effect, or that contradict each other.
 * @throws UserError usage that names them
 */
export function refuseIdleFlags(
  args: SampleArguments,
  settings: TextSettings,
  samples: number,
  beams: number | undefined,
): void {
  refuseEndings(settings);
  refuseWithoutPartner(args, settings);
  if (args.json && args.raw) throw usage('--json and --raw: give one of them; JSON contains every character');
  if (args.showProbabilities && args.raw) throw usage('--show-probabilities and --raw: give one of them');
  if (args.showAttention && args.raw) throw usage('--show-attention and --raw: give one of them');
  if (args.showAttention && isExportedFile(args.model))
    throw usage(`--show-attention and ${args.model}: an exported file gives only predictions`);
  if (beams !== undefined) {
    refuse('--beams searches for the most probable text and draws no tokens', [
      ...given(args, drawing),
      ...given(args, ['best-of', 'show-probabilities', 'show-attention']),
    ]);
    if (samples > beams)
      throw usage(`--num-samples ${samples} and --beams ${beams}: a search with ${beams} beams finds at most ${beams} texts`);
  }
  if (settings.temperature === 0) {
    const idle = given(args, [...filterFlags, 'best-of', 'seed']);
    if (samples > 1) idle.push('--num-samples');
    const why = '--temperature 0 always takes the most probable token';
    refuse(why, idle, ', or use a temperature above 0');
  }
  if (args.interactive) {
    const prompts =
      (args.prompt ?? []).length > 1 || args.prompt?.includes('-') ? ['a second --prompt or one from standard input'] : [];
    const idle = given(args, ['prompts', 'prompt-file', 'num-samples', 'best-of', 'beams', 'show-attention', 'json']);
    refuse('--interactive continues the text that is typed, one text at a time', [...idle, ...prompts]);
  }
}

const filterFlags = tokenFilters.map(({ flag }) => flag);

/** Flags that affect how a token is drawn. */
const drawing = ['temperature', ...filterFlags, 'repetition-penalty', 'frequency-penalty', 'presence-penalty', 'seed'] as const;

/** Flags that were given, as they are typed. */
function given(args: SampleArguments, names: readonly (keyof SampleArguments & string)[]): string[] {
  return names.filter((name) => args[name] !== undefined && args[name] !== false).map((name) => `--${name}`);
}

function refuse(why: string, idle: readonly string[], otherwise = ''): void {
  if (idle.length > 0) throw usage(`${why}: leave out ${idle.join(', ')}${otherwise}`);
}

/** Checks the flags for the end of a text. */
function refuseEndings({ stop, minimumTokens, maximumTokens, regex, endAtEos }: TextSettings): void {
  if (stop?.includes('')) throw usage('--stop (empty): a text with at least one character is expected');
  if (regex !== undefined && stop !== undefined)
    throw usage('--regex and --stop: a text that is cut off may not match; give one of them');
  if (minimumTokens === undefined) return;
  if (minimumTokens > maximumTokens)
    throw usage(`--min-tokens ${minimumTokens} is above --max-tokens ${maximumTokens}: it must not be larger`);
  if (stop === undefined && !endAtEos)
    throw usage('--min-tokens without --stop or --end-at-eos: no other condition ends a text before --max-tokens');
}

/** Checks flags that have an effect only together with another one. */
function refuseWithoutPartner(args: SampleArguments, settings: TextSettings): void {
  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0, stop, endAtEos, regex } = settings;
  const penalized = repetitionPenalty !== 1 || frequencyPenalty !== 0 || presencePenalty !== 0;
  if (args.penaltyWindow !== undefined && !penalized)
    throw usage('--penalty-window without a penalty: add --repetition-penalty, --frequency-penalty or --presence-penalty');
  if (args.bestBy !== undefined && args.bestOf === undefined)
    throw usage('--best-by without --best-of: there is nothing to choose from');
  if (args.showAlternatives !== undefined && !args.showProbabilities)
    throw usage('--show-alternatives without --show-probabilities: give both');
  if (args.lengthPenalty === undefined) return;
  if (args.beams === undefined) throw usage('--length-penalty without --beams: give both');
  if (stop === undefined && !endAtEos && regex === undefined)
    throw usage('--length-penalty without --stop, --end-at-eos or --regex: all texts have the same length, --max-tokens');
}

const usage = (message: string) => new UserError('usage', message);
