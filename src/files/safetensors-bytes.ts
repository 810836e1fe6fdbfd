/** Safetensors files in memory, without Node. */
import { joinBytes } from '../foundation/bytes.js';
import { UserError } from '../foundation/errors.js';
import { createSha256 } from '../foundation/sha256.js';
import { type ReadSafetensorsOptions, readContent, type SafetensorsFile } from './safetensors-content.js';
import type { StoredTensor } from './safetensors-format.js';
import { bytesOfTensor, encodeHead, inFileOrder, setDigest } from './safetensors-head.js';

/**
 * Reads the bytes of a safetensors file with the checks of a file on a disk.
 * @param name of the file, for errors
 * @throws UserError `model` when it is damaged or not a safetensors file of the supported form
 */
export function parseSafetensors(bytes: Uint8Array, name: string, options: ReadSafetensorsOptions): SafetensorsFile {
  let position = 0;
  const read = (part: Uint8Array): void => {
    part.set(bytes.subarray(position, position + part.length));
    position += part.length;
  };
  return readContent({ size: bytes.length, read, createHash: createSha256 }, options, (problem) => {
    throw new UserError('model', `${name} cannot be read as a model: ${problem}`);
  });
}

/** The bytes that `writeSafetensors` writes for these tensors and metadata. */
export function encodeSafetensors(
  name: string,
  tensors: readonly StoredTensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const ordered = inFileOrder(tensors);
  const head = encodeHead(name, ordered, metadata);
  const parts = ordered.map(bytesOfTensor);
  const hash = createSha256();
  for (const part of [head, ...parts]) hash.update(part);
  setDigest(head, hash.digest());
  return joinBytes([head, ...parts]);
}
