import type { Fail } from '../foundation/errors.js';
import type { Hash } from '../foundation/sha256.js';
import { bfloat16ToFloat32, float16ToFloat32 } from './half-precision.js';
import { digestLength, digestPrefix, maximumHeaderLength, type Tensor, type TensorData } from './safetensors-format.js';
import { type Dtype, parseHeader } from './safetensors-header.js';

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

/** Bytes of a safetensors file, on a disk or in memory, that are read from the first to the last. */
export interface ByteSource {
  readonly size: number;
  /** Fills an array with the next bytes. */
  read(bytes: Uint8Array): void;
  /** A new SHA-256. */
  createHash(): Hash;
}

/**
 * Reads the content of a safetensors file in one pass. Nothing in it is trusted: allocations never exceed its size.
 * @param fail called with the first problem found
 */
export function readContent(
  { size, read, createHash }: ByteSource,
  { digest, select = () => true }: ReadSafetensorsOptions,
  fail: Fail,
): SafetensorsFile {
  if (size < 8) fail(`it has ${size} bytes, too few for a safetensors file`);
  const lengthWord = new Uint8Array(8);
  read(lengthWord);
  const headerLength = Number(new DataView(lengthWord.buffer).getBigUint64(0, true));
  if (headerLength > maximumHeaderLength)
    fail(`its header claims ${headerLength} bytes, more than the ${maximumHeaderLength} allowed`);
  if (headerLength > size - 8) fail(`its header claims ${headerLength} bytes, but the file has ${size}: it is cut short`);
  const headerBytes = new Uint8Array(headerLength);
  read(headerBytes);
  const { metadata, entries } = parseHeader(headerBytes, size - 8 - headerLength, fail);

  const expected = metadata.get('sha256');
  if (expected === undefined && digest === 'required') {
    fail('it has no SHA-256 of its content: Textloom did not write it, or it was altered since');
  }
  const hash = expected === undefined ? undefined : createHash();
  if (hash) hashHead(hash, lengthWord, headerBytes, fail);
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
  if (hash && hash.digest() !== expected) {
    fail('its content does not match the SHA-256 written in it: it was damaged or altered after it was written');
  }
  return { metadata, tensors };
}

function hashHead(hash: Hash, lengthWord: Uint8Array, header: Uint8Array, fail: Fail): void {
  // At another place its digits could not be identified; Textloom always writes it first.
  if (String.fromCharCode(...header.subarray(0, digestPrefix.length)) !== digestPrefix) {
    fail('its SHA-256 is not where Textloom writes it: another program has rewritten the file');
  }
  const zeroed = Uint8Array.from(header);
  zeroed.fill(0x30, digestPrefix.length, digestPrefix.length + digestLength);
  hash.update(lengthWord);
  hash.update(zeroed);
}

/** Fills `bytes` from the file. Pieces respect OpenSSL's limit of 2 GiB, and are hashed while they are in the processor's cache. */
function readHashed(bytes: Uint8Array, read: ByteSource['read'], hash: Hash | undefined): void {
  const piece = 1024 * 1024;
  for (let start = 0; start < bytes.length; start += piece) {
    const part = bytes.subarray(start, start + piece);
    read(part);
    hash?.update(part);
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
    case 'I8':
      return new Int8Array(buffer);
  }
}
