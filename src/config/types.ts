import type { z } from 'zod';
import type { ModelSpecification } from '../model/specification.js';
import type { GeneratorChoice } from '../text/generators/generator-choice.js';
import type { CheckedConfig } from './rule.js';
import type { configFileSchema } from './schema/config.js';

/** A config as a user writes it: almost every key has a default. */
export type Config = z.input<typeof configFileSchema>;

/** A path, or several: files, folders and patterns. */
type Paths = string | string[];

/** How the files of a corpus become text, how it is arranged, and where its tokens are stored. */
type CorpusReading = Pick<
  CheckedConfig['corpus'],
  'order' | 'duplicates' | 'field' | 'documents' | 'sequences' | 'resetState' | 'normalization' | 'cache'
>;

/** One text that is divided into contiguous parts. */
export interface SplitCorpus extends CorpusReading {
  path: Paths;
  /** Shares of the text; their sum is 1, and validation and test may be 0. */
  split: { train: number; validation: number; test: number };
  /** Where the text may be divided: at any character, after a line, or after a document. */
  boundary: 'character' | 'line' | 'document';
  /** The built-in generator that produced the text, so that its true entropy is known. */
  generator?: GeneratorChoice;
}

/** A text for each part. */
export interface SeparateCorpus extends CorpusReading {
  train: Paths;
  validation?: Paths;
  test?: Paths;
  generator?: GeneratorChoice;
}

/** `'path' in corpus` distinguishes the two. */
export type CorpusConfig = SplitCorpus | SeparateCorpus;

export type TokenizerConfig = CheckedConfig['tokenizer'];
/** The network as a list of layers, also where the config uses the short form. */
export type ModelConfig = ModelSpecification & Pick<CheckedConfig['model'], 'initialization'>;

/**
 * Exactly one of `epochs`, `steps` and `budget` is present (a run that has begun has no `budget`). `validation` is present when the corpus
 * has a validation part, with exactly one of its keys.
 */
export type TrainingConfig = CheckedConfig['training'];

type CheckedEngine = CheckedConfig['engine'];

/** An engine that is chosen. */
export type NamedEngineConfig =
  | (Extract<CheckedEngine, { type: 'typed-array' }> & { shards: number })
  | Extract<CheckedEngine, { type: 'onnxruntime' }>;

/** `auto` is replaced by the engine that measuring chooses; its shards are those of the typed-array engine. */
export type EngineConfig = NamedEngineConfig | (Extract<CheckedEngine, { type: 'auto' }> & { shards: number });

/**
 * A complete config: defaults are filled in, rules are checked, and paths do not depend on any file. It does not depend on the machine, and
 * resolving it again changes nothing. The run directory and the model file contain it.
 */
export interface ResolvedConfig {
  name: string;
  seed: number;
  /** The run directory, relative to the folder in which the command is run. */
  output: string;
  corpus: CorpusConfig;
  tokenizer: TokenizerConfig;
  model: ModelConfig;
  training: TrainingConfig;
  engine: EngineConfig;
}
