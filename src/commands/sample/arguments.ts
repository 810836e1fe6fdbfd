import type { ArgumentsCamelCase } from 'yargs';
import type { GenerationOptions } from '../../sample/text-writer.js';
import type { TokenFilterFlag } from '../../sample/token-filters.js';
import type { EngineFlags } from '../shared/engine-flag.js';

/** The flags of `sample` as yargs returns them. */
export interface SampleFlags extends EngineFlags, Record<TokenFilterFlag, string | undefined> {
  model: string;
  prompt: string[] | undefined;
  'prompt-file': string | undefined;
  prompts: string | undefined;
  interactive: boolean;
  'max-tokens': string | undefined;
  'min-tokens': string | undefined;
  stop: string[] | undefined;
  'end-at-eos': boolean;
  regex: string | undefined;
  temperature: string | undefined;
  'repetition-penalty': string | undefined;
  'frequency-penalty': string | undefined;
  'presence-penalty': string | undefined;
  'penalty-window': string | undefined;
  seed: string | undefined;
  'num-samples': string | undefined;
  'best-of': string | undefined;
  'best-by': string | undefined;
  beams: string | undefined;
  'length-penalty': string | undefined;
  'show-probabilities': boolean;
  'show-alternatives': string | undefined;
  'show-attention': boolean;
  unknown: string | undefined;
  raw: boolean;
  json: boolean;
}

export type SampleArguments = ArgumentsCamelCase<SampleFlags>;

/** The settings of each text from the flags. Settings that need the model's vocabulary are still text. */
export interface TextSettings extends Omit<GenerationOptions, 'stream' | 'constraint' | 'endToken' | 'onToken' | 'likelihood'> {
  readonly maximumTokens: number;
  readonly seed: number;
  readonly endAtEos: boolean;
  readonly regex: string | undefined;
}
