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

/** A file written by an export. */
export interface ExportedFile {
  readonly path: string;
  readonly bytes: number;
  /** What it is, in a few words: `weights`, `Python module`. */
  readonly what: string;
}

/**
 * Writes the weights of a model for other programs: one safetensors file with the same tensors as a model file, float32 with PyTorch's
 * names and layouts, so that `safetensors.torch.load_file` returns a state dict. Its metadata differs from that of a model file:
 *
 *  - `format` is `pt`, which the libraries around PyTorch require, and which distinguishes it from a model file;
 *  - `model` contains cell, sizes and tying, `tokenizer` the vocabulary, `normalization` that of texts, if any, all as JSON: what
 *    predictions need;
 *  - config, corpus paths, training history, and the optimizer's arrays of a checkpoint are not included;
 *  - with tied weights, `decoder.weight` is stored once, as `encoder.weight`, with an entry as `safetensors.torch.save_model` writes it,
 *    whose `load_model` ties them again.
 *
 * `textloom import` converts it back to a model with the same bits.
 *
 * @param path an existing file is replaced atomically
 * @throws UserError `disk` when the operating system refuses, `usage` where the model itself would be replaced
 */
export function exportSafetensors(model: OpenedModel, path: string): ExportedFile[] {
  if (resolve(path) === resolve(model.path))
    throw new UserError('usage', `${path} is the model itself, and an export contains less: choose another name`);
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
