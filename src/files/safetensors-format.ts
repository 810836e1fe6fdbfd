/** What reading and writing of safetensors files share. */
import type { Dtype } from './safetensors-header.js';

/** Elements of a tensor, in row-major order. Arrays to write may be views of shared memory; arrays that were read never are. */
export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;

export interface Tensor {
  name: string;
  /** Its product is the length of `data`; `[]` is a scalar. */
  shape: readonly number[];
  data: TensorData;
}

/** A tensor to write: numbers as they are, or the bit patterns of float16. */
export interface StoredTensor extends Omit<Tensor, 'data'> {
  data: TensorData | Uint16Array;
}

/** The format's name for the elements of an array; those of 16 bits are the bit patterns of float16. */
export function dtypeOf(data: TensorData | Uint16Array): Dtype {
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof Float64Array) return 'F64';
  if (data instanceof Int32Array) return 'I32';
  if (data instanceof BigInt64Array) return 'I64';
  if (data instanceof Uint16Array) return 'F16';
  if (data instanceof Int8Array) return 'I8';
  return 'U8';
}

/** The limit of the upstream implementation on a header: other programs cannot read a longer one. */
export const maximumHeaderLength = 100_000_000;

/**
 * The beginning of a header of ours. The 64 hexadecimal digits that follow are the SHA-256 of the whole file, length word, header and data,
 * with zeros in the place of these digits. A change of any byte is therefore detected.
 */
export const digestPrefix = '{"__metadata__":{"sha256":"';
export const digestLength = 64;
