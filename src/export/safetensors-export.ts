import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { writeSafetensors } from '../files/safetensors-writer.js';
import { UserError } from '../foundation/errors.js';
import { type JsonValue, stringifyStrictJson } from '../foundation/strict-json.js';
import { architectureOf } from '../model/architecture.js';
import { entryView } from '../model/parameter-table.js';
import { withoutDropout } from '../model/specification.js';
import type { OpenedModel } from '../run/open-model.js';
import { textNormalization } from './text-normalization.js';

/** A file that an export has written. */
export interface ExportedFile {
  readonly path: string;
  readonly bytes: number;
  /** What it is, in a few words: `weights`, `Python module`. */
  readonly what: string;
}

/**
 * Writes the weights of a model for other programs: one safetensors file with the tensors that our own file has, float32 in
 * PyTorch's names and layouts, so that `safetensors.torch.load_file` gives a state dict. It differs from a model file in its metadata:
 *
 * - `format` is `pt`, as the libraries around PyTorch look for, so that nothing takes it for a file of Textloom's;
 * - `model` holds cell, sizes and tying, `tokenizer` the vocabulary, `normalization` what is done to texts before, if anything, all as
 *   JSON: what predicting needs;
 * - config, corpus paths, training history, and the optimizer's arrays of a checkpoint stay behind;
 * - with tied weights, `decoder.weight` is stored once, as `encoder.weight`, and an entry says so in the way of
 *   `safetensors.torch.save_model`, whose `load_model` ties them again.
 *
 * `textloom import` makes a model file of it again, the same bit for bit.
 *
 * @param path what is there is replaced, as one.
 * @throws UserError `disk` when the operating system refuses, `usage` where the model itself would be replaced.
 */
export function exportSafetensors(model: OpenedModel, path: string): ExportedFile[] {
  if (resolve(path) === resolve(model.path))
    throw new UserError('usage', `${path} is the model itself, and its export has less in it: choose another name`);
  const { options, table, arena, tokenizer } = model;
  const { tied } = architectureOf(options).head.torch;
  const tensors = table.entries.map((entry) => ({ name: entry.name, shape: entry.shape, data: entryView(arena, entry) }));
  const normalization = textNormalization(model);
  writeSafetensors(path, tensors, {
    format: 'pt',
    producer: 'textloom',
    model: stringifyStrictJson(withoutDropout(options) as unknown as JsonValue),
    tokenizer: stringifyStrictJson(tokenizer.toJSON() as unknown as JsonValue),
    ...(normalization && { normalization: stringifyStrictJson({ ...normalization }) }),
    ...tied,
  });
  return [{ path, bytes: statSync(path).size, what: 'weights' }];
}
