import { providers } from '../../engine/onnxruntime/providers.js';
import { publicCorpora } from '../../text/fetch/catalogue.js';
import { formalNames } from '../../text/generators/formal/parameters.js';
import { splitNames } from '../../text/splits.js';
import { presetNames } from '../init/preset-names.js';
import { type AnyCommand, type CommandDeclaration, declarationsOf } from './declarations.js';
import { type KeyValues, keyValues } from './key-values.js';
import { shells } from './shells.js';

/** All that can be completed. The scripts hold it as text: nothing of Textloom runs while somebody types. */
export interface Completions {
  readonly commands: readonly CommandDeclaration[];
  /** For flags with a value out of a list, the list, by the flag's name; other values are files. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** First arguments that are words out of a list, by the command. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  /** Of `--set`. */
  readonly keys: KeyValues;
}

/** What the commands declare, and what the config's schema and other lists add to it. */
export async function completionsOf(commands: readonly AnyCommand[]): Promise<Completions> {
  return {
    commands: (await Promise.all(commands.map(declarationsOf))).flat(),
    values: {
      engine: ['auto', 'typed-array', 'onnxruntime'],
      provider: Object.keys(providers),
      preset: presetNames,
      split: splitNames,
      to: ['onnx', 'pytorch', 'safetensors'],
    },
    words: {
      completion: shells,
      'corpus generate': ['fables', ...formalNames],
      'corpus fetch': publicCorpora.map(({ name }) => name),
    },
    keys: keyValues(),
  };
}
