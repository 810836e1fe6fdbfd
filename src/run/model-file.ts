/** Model files on a disk. */

import type { AtomicWriteOptions } from '../files/atomic-file.js';
import { readSafetensors } from '../files/safetensors-reader.js';
import { writeSafetensors } from '../files/safetensors-writer.js';
import { type ModelFile, modelMetadata, modelOf, modelTensors, readingModel } from './model-content.js';

/**
 * Writes a model file atomically.
 *
 * @throws UserError `disk` when the operating system refuses; the previous file is then unchanged
 */
export function writeModelFile(path: string, model: ModelFile, options?: AtomicWriteOptions): void {
  writeSafetensors(path, modelTensors(model), modelMetadata(model), options);
}

/**
 * Reads a model file, or the model in a checkpoint. Parameters in half precision or 8 bits are widened.
 *
 * @throws UserError `model` when the file is missing, damaged, not Textloom's or of a newer format
 */
export function readModelFile(path: string): ModelFile {
  const { metadata, tensors } = readSafetensors(path, readingModel);
  return modelOf(path, metadata, tensors);
}
