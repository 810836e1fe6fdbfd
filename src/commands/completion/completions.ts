import { providers } from '../../engine/onnxruntime/providers.js';
import { publicCorpora } from '../../text/fetch/catalogue.js';
import { formalNames } from '../../text/generators/formal/parameters.js';
import { splitNames } from '../../text/splits.js';
import { targets } from '../export/arguments.js';
import { presetNames } from '../init/preset-names.js';
import { reportFiles, reportForms } from '../report/forms.js';
import { type AnyCommand, type CommandDeclaration, declarationsOf } from './declarations.js';
import { type KeyValues, keyValues } from './key-values.js';
import { shells } from './shells.js';

/** All completions. The scripts contain them as text, so Textloom does not run during completion. */
export interface Completions {
  readonly commands: readonly CommandDeclaration[];
  /**
   * The allowed values of flags with a list of values, by the flag's name, or by `COMMAND FLAG` where a command has its own list; other
   * values are files.
   */
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** First arguments from a list of words, by command. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  /** The keys for `--set`. */
  readonly keys: KeyValues;
}

/** The commands' declarations, completed with the config's schema and other lists. */
export async function completionsOf(commands: readonly AnyCommand[]): Promise<Completions> {
  return {
    commands: (await Promise.all(commands.map(declarationsOf))).flat(),
    values: {
      engine: ['auto', 'typed-array', 'onnxruntime'],
      provider: Object.keys(providers),
      preset: presetNames,
      split: splitNames,
      to: targets,
      'report format': reportFiles,
      'report to': reportForms,
    },
    words: {
      completion: shells,
      'corpus generate': ['fables', ...formalNames],
      'corpus fetch': publicCorpora.map(({ name }) => name),
    },
    keys: keyValues(),
  };
}

/** The allowed values of a flag of a command; undefined where any value is allowed. */
export const valuesOf = ({ values }: Pick<Completions, 'values'>, command: string, flag: string) =>
  values[`${command} ${flag}`] ?? values[flag];
