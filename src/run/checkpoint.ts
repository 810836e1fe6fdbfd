/**
 * A checkpoint: a model file that also contains everything that the next training step depends on. The trainer's arrays are tensors named
 * `optimizer.*` and `state.*`; its counters and its position in the text are one JSON document in the metadata. Generators of random
 * numbers need no state there: draws are a function of seed, site and step. Only the trainer interprets these values. `sample` opens every
 * checkpoint as a model.
 */

import type { AtomicWriteOptions } from '../files/atomic-file.js';
import type { Tensor } from '../files/safetensors-format.js';
import { readSafetensors } from '../files/safetensors-reader.js';
import { writeSafetensors } from '../files/safetensors-writer.js';
import { UserError } from '../foundation/errors.js';
import { type JsonValue, stringifyStrictJson } from '../foundation/strict-json.js';
import { type ModelFile, metadataJson, modelMetadata, modelOf, modelTensors } from './model-content.js';

export interface Checkpoint extends ModelFile {
  /** Step, epoch, position in the corpus, schedule, early stopping, length of the metrics log: plain JSON. */
  trainer: JsonValue;
  /** The optimizer's moments, by the trainer's names, without the prefix that they have in the file. */
  optimizer: readonly Tensor[];
  /** Hidden states, likewise without their prefix. */
  state: readonly Tensor[];
}

/**
 * Writes a checkpoint atomically, without copying its arrays.
 *
 * @throws UserError `disk` when the operating system refuses; the previous file is then unchanged
 */
export function writeCheckpoint(path: string, checkpoint: Checkpoint, options?: AtomicWriteOptions): void {
  const tensors = [
    ...modelTensors(checkpoint),
    ...checkpoint.optimizer.map((tensor) => ({ ...tensor, name: `optimizer.${tensor.name}` })),
    ...checkpoint.state.map((tensor) => ({ ...tensor, name: `state.${tensor.name}` })),
  ];
  const metadata = { ...modelMetadata(checkpoint), trainer: stringifyStrictJson(checkpoint.trainer) };
  writeSafetensors(path, tensors, metadata, options);
}

/**
 * Reads a checkpoint and verifies every byte of it.
 *
 * @throws UserError `model` when it is missing, damaged, of a newer format, or a model without a trainer's state
 */
export function readCheckpoint(path: string): Checkpoint {
  const { metadata, tensors } = readSafetensors(path, { digest: 'required' });
  const model = modelOf(path, metadata, tensors);
  if (!metadata.has('trainer')) {
    throw new UserError('model', `${path} is a model without the state of its training: it can be sampled from, not resumed`);
  }
  return {
    ...model,
    trainer: metadataJson(path, metadata, 'trainer'),
    optimizer: withPrefix(tensors, 'optimizer.'),
    state: withPrefix(tensors, 'state.'),
  };
}

function withPrefix(tensors: readonly Tensor[], prefix: string): Tensor[] {
  return tensors
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name, shape, data }) => ({ name: name.slice(prefix.length), shape, data }));
}
