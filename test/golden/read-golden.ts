/** Reads the goldens of this folder; README.md says which arrays they hold. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ReadTensor } from '../../src/files/safetensors-content.js';
import { readSafetensors } from '../../src/files/safetensors-reader.js';
import type { CellChoice } from '../model/short-form.js';

interface GoldenCase {
  name: string;
  /** As in a config's `model.cell`. */
  cell: CellChoice;
  vocabularySize: number;
  embeddingSize: number;
  hiddenSize: number;
  layers: number;
  batchSize: number;
  sequenceLength: number;
}

/** One window: outputs and gradients. */
export interface CellCase extends GoldenCase {
  tieWeights: boolean;
}

/** A short training. */
export interface CurveCase extends GoldenCase {
  steps: number;
  /** As in a config's `training.optimizer`. */
  optimizer: {
    type: string;
    learningRate: number;
    [key: string]: string | number | boolean;
  };
  /** As in a config's `training.clipping`. */
  clipping: { type: 'norm' | 'value'; threshold: number };
  /** `l2 * parameter` is added to each gradient after clipping. */
  l2: number;
  /** In how many steps clipping changed a gradient. */
  clippedSteps: number;
}

/** One head on a few rows: losses, log-probabilities, gradients. */
export interface HeadCase {
  name: string;
  /** As in a config's `model.head`. */
  head: { type: string; [option: string]: string | number | boolean | number[] };
  vocabularySize: number;
  embeddingSize: number;
  hiddenSize: number;
}

/** One window of a model whose layers have modifiers: outputs and gradients. */
export interface ModifierCase {
  name: string;
  /** As in a config's `model`. */
  embedding: object;
  layers: object[];
  vocabularySize: number;
  batchSize: number;
  sequenceLength: number;
  /** Whether there are masks, or what is computed after training. */
  training: boolean;
}

export const modifierCases = readIndex('modifiers') as ModifierCase[];
export const cellCases = readIndex('cells') as CellCase[];
export const curveCases = readIndex('curves') as CurveCase[];
export const headCases = readIndex('heads') as HeadCase[];

/** The arrays of one golden, by name and type. */
export class Golden {
  readonly #tensors: ReadonlyMap<string, ReadTensor>;

  constructor(folder: 'averaging' | 'cells' | 'curves' | 'heads' | 'local-steps' | 'modifiers', name: string) {
    const path = fileURLToPath(new URL(`${folder}/${name}.safetensors`, import.meta.url));
    const { tensors } = readSafetensors(path, { digest: 'optional' });
    this.#tensors = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  }

  get names(): string[] {
    return [...this.#tensors.keys()];
  }

  /** Names of the model's parameters, those that each have a `grad.` or `trained.` array. */
  get parameterNames(): string[] {
    return this.names.filter((name) => /^(encoder|rnn|decoder)\./.test(name));
  }

  shape(name: string): readonly number[] {
    return this.#tensor(name).shape;
  }

  float32(name: string): Float32Array {
    const { data } = this.#tensor(name);
    if (!(data instanceof Float32Array)) throw new Error(`${name} is not float32`);
    return data;
  }

  float64(name: string): Float64Array {
    const { data } = this.#tensor(name);
    if (!(data instanceof Float64Array)) throw new Error(`${name} is not float64`);
    return data;
  }

  int32(name: string): Int32Array {
    const { data } = this.#tensor(name);
    if (!(data instanceof Int32Array)) throw new Error(`${name} is not int32`);
    return data;
  }

  #tensor(name: string): ReadTensor {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new Error(`no ${name} in the golden; there are ${this.names.join(', ')}`);
    return tensor;
  }
}

function readIndex(folder: string): unknown {
  return JSON.parse(readFileSync(new URL(`${folder}/index.json`, import.meta.url), 'utf8'));
}
