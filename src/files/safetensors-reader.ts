import { createHash, type Hash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import { type Fail, UserError } from '../foundation/errors.js';
import { bfloat16ToFloat32, float16ToFloat32 } from './half-precision.js';
import { openRegularFile } from './regular-file.js';
import { digestLength, digestPrefix, maximumHeaderLength, type Tensor, type TensorData } from './safetensors-format.js';
import { type Dtype, parseHeader } from './safetensors-header.js';
import { isSystemError, readError } from './system-errors.js';

/** A tensor that was read: F16 and BF16 are widened to float32, and `dtype` is the type in the file. */
export interface ReadTensor extends Tensor {
  dtype: Dtype;
}

export interface SafetensorsFile {
  metadata: ReadonlyMap<string, string>;
  /** In the order of the file. */
  tensors: readonly ReadTensor[];
}

export interface ReadSafetensorsOptions {
  /** `required`: a file without our SHA-256 is refused; `optional`: it is accepted. A SHA-256 that is there must always match. */
  digest: 'required' | 'optional';
  /** Which tensors to return; the others are checked only. Default: all. */
  select?: (name: string) => boolean;
}

/**
 * Reads a safetensors file in one pass. Nothing in it is trusted: allocations never exceed the size of the file.
 *
 * @throws UserError `model` when the file is missing, damaged or not a safetensors file of the supported form; `disk` when this user may
 *   not read it
 */
export function readSafetensors(path: string, options: ReadSafetensorsOptions): SafetensorsFile {
  const fail: Fail = (problem) => {
    throw new UserError('model', `${path} cannot be read as a model: ${problem}`);
  };
  let descriptor: number | undefined;
  try {
    const file = openRegularFile(path);
    descriptor = file.descriptor;
    return readOpen(file, options, fail);
  } catch (error) {
    throw isSystemError(error) ? readError(error, path) : error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function readOpen(
  { descriptor, size }: { descriptor: number; size: number },
  { digest, select = () => true }: ReadSafetensorsOptions,
  fail: Fail,
): SafetensorsFile {
  if (size < 8) fail(`it has ${size} bytes, too few for a safetensors file`);
  const read = (bytes: Uint8Array): void => readFully(descriptor, bytes, fail);

  const lengthWord = Buffer.alloc(8);
  read(lengthWord);
  const headerLength = Number(lengthWord.readBigUInt64LE());
  if (headerLength > maximumHeaderLength)
    fail(`its header claims ${headerLength} bytes, more than the ${maximumHeaderLength} allowed`);
  if (headerLength > size - 8) fail(`its header claims ${headerLength} bytes, but the file has ${size}: it is cut short`);
  const headerBytes = Buffer.alloc(headerLength);
  read(headerBytes);
  const { metadata, entries } = parseHeader(headerBytes, size - 8 - headerLength, fail);

  const expected = metadata.get('sha256');
  if (expected === undefined && digest === 'required') {
    fail('it has no SHA-256 of its content: Textloom did not write it, or it was altered since');
  }
  const hash = expected === undefined ? undefined : hashOfHead(lengthWord, headerBytes, fail);
  const tensors: ReadTensor[] = [];
  let scratch: Uint8Array | undefined;
  for (const { name, dtype, shape, begin, end } of entries) {
    if (!select(name)) {
      scratch ??= new Uint8Array(1024 * 1024);
      for (let rest = end - begin; rest > 0; rest -= scratch.length) readHashed(scratch.subarray(0, rest), read, hash);
      continue;
    }
    const bytes = new Uint8Array(end - begin);
    readHashed(bytes, read, hash);
    tensors.push({ name, dtype, shape, data: decode(dtype, bytes.buffer) });
  }
  if (hash && hash.digest('hex') !== expected) {
    fail('its content does not match the SHA-256 written in it: it was damaged or altered after it was written');
  }
  return { metadata, tensors };
}

function hashOfHead(lengthWord: Uint8Array, header: Buffer, fail: Fail): Hash {
  // At another place its digits could not be identified; Textloom always writes it first.
  if (header.subarray(0, digestPrefix.length).toString('latin1') !== digestPrefix) {
    fail('its SHA-256 is not where Textloom writes it: another program has rewritten the file');
  }
  const zeroed = Buffer.from(header);
  zeroed.fill('0', digestPrefix.length, digestPrefix.length + digestLength);
  return createHash('sha256').update(lengthWord).update(zeroed);
}

/** Fills `bytes` from the file. Pieces respect OpenSSL's limit of 2 GiB, and are hashed while they are in the processor's cache. */
function readHashed(bytes: Uint8Array, read: (bytes: Uint8Array) => void, hash: Hash | undefined): void {
  const piece = 1024 * 1024;
  for (let start = 0; start < bytes.length; start += piece) {
    const part = bytes.subarray(start, start + piece);
    read(part);
    hash?.update(part);
  }
}

function readFully(descriptor: number, bytes: Uint8Array, fail: Fail): void {
  for (let done = 0; done < bytes.length; ) {
    const count = readSync(descriptor, bytes, done, bytes.length - done, null);
    if (count === 0) fail('it became shorter while it was read');
    done += count;
  }
}

function decode(dtype: Dtype, buffer: ArrayBuffer): TensorData {
  switch (dtype) {
    case 'F64':
      return new Float64Array(buffer);
    case 'I64':
      return new BigInt64Array(buffer);
    case 'F32':
      return new Float32Array(buffer);
    case 'I32':
      return new Int32Array(buffer);
    case 'F16':
      return float16ToFloat32(new Uint16Array(buffer));
    case 'BF16':
      return bfloat16ToFloat32(new Uint16Array(buffer));
    case 'U8':
      return new Uint8Array(buffer);
  }
}
