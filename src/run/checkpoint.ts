/**
 * A checkpoint: a model file that also holds all that the next training step depends on. The trainer's arrays are tensors named
 * `optimizer.*` and `state.*`; its counters and places in the text are one JSON document in the metadata. Random numbers need no place there:
 * they are a function of seed, site and step. Only the trainer interprets these values. `sample` opens every checkpoint as a model.
 */

import type { AtomicWriteOptions } from '../files/atomic-file.js';
import type { Tensor } from '../files/safetensors-format.js';
import { readSafetensors } from '../files/safetensors-reader.js';
import { writeSafetensors } from '../files/safetensors-writer.js';
import { UserError } from '../foundation/errors.js';
import { type JsonValue, stringifyStrictJson } from '../foundation/strict-json.js';
import { type ModelFile, metadataJson, modelMetadata, modelOf, modelTensors } from './model-file.js';

export interface Checkpoint extends ModelFile {
  /** Step, epoch, corpus cursor, generators, schedule, early stopping, metrics length: plain JSON. */
  trainer: JsonValue;
  /** The optimizer's moments, named as the trainer likes, without the prefix that they have in the file. */
  optimizer: readonly Tensor[];
  /** Hidden states and the like, likewise. */
  state: readonly Tensor[];
}

/**
 * Writes a checkpoint atomically, its arrays straight from where they are.
 *
 * @throws UserError `disk` when the operating system refuses; the file that was there before is whole then
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
 * Reads a checkpoint, every byte of it verified.
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
