import type { z } from 'zod';
import type { ModelSpecification } from '../model/specification.js';
import type { GeneratorChoice } from '../text/generators/generator-choice.js';
import type { CheckedConfig } from './rule.js';
import type { configFileSchema } from './schema/config.js';

/** A config as a person writes it: almost every key has a default. */
export type Config = z.input<typeof configFileSchema>;

/** A path, or several: files, folders and patterns. */
type Paths = string | string[];

/** How the files of a corpus become text, and where its tokens are kept. */
type CorpusReading = Pick<CheckedConfig['corpus'], 'field' | 'documents' | 'resetState' | 'normalization' | 'cache'>;

/** One text, cut into contiguous parts. */
export interface SplitCorpus extends CorpusReading {
  path: Paths;
  /** Shares of the text; they add up to 1, and validation and test may be 0. */
  split: { train: number; validation: number; test: number };
  /** Where a cut may fall: exactly, after a line, or after a document. */
  boundary: 'character' | 'line' | 'document';
  /** The built-in generator that wrote the text, so that its true entropy is known. */
  generator?: GeneratorChoice;
}

/** A text for each part. */
export interface SeparateCorpus extends CorpusReading {
  train: Paths;
  validation?: Paths;
  test?: Paths;
  generator?: GeneratorChoice;
}

/** Narrow it by `'path' in corpus`. */
export type CorpusConfig = SplitCorpus | SeparateCorpus;

export type TokenizerConfig = CheckedConfig['tokenizer'];
/** The network as a list of layers, whichever way the config says it. */
export type ModelConfig = ModelSpecification & Pick<CheckedConfig['model'], 'initialization'>;

/**
 * Exactly one of `epochs`, `steps` and `budget` is there (a run that has begun has no `budget`), and exactly one of the keys of `validation`, which itself is there when the
 * corpus has a validation part.
 */
export type TrainingConfig = CheckedConfig['training'];

type CheckedEngine = CheckedConfig['engine'];

/** One engine, decided. */
export type NamedEngineConfig =
  | (Extract<CheckedEngine, { type: 'typed-array' }> & { shards: number })
  | Extract<CheckedEngine, { type: 'onnxruntime' }>;

/** `auto` stands for the engine that measuring will choose; its shards are those of the typed-array engine. */
export type EngineConfig = NamedEngineConfig | (Extract<CheckedEngine, { type: 'auto' }> & { shards: number });

/**
 * A config with everything decided: each default filled in, rules checked, paths no longer relative to any file. It looks at no
 * machine, and resolving it again changes nothing. The run directory and the model file keep it.
 */
export interface ResolvedConfig {
  name: string;
  seed: number;
  /** The run directory, relative to where the command is run. */
  output: string;
  corpus: CorpusConfig;
  tokenizer: TokenizerConfig;
  model: ModelConfig;
  training: TrainingConfig;
  engine: EngineConfig;
}
