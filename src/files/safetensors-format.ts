/** What reading and writing a safetensors file have in common. */
import type { Dtype } from './safetensors-header.js';

/** Elements of a tensor, in row-major order. May be views of shared memory when they are written; read ones are never. */
export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

export interface Tensor {
  name: string;
  /** Its product is the length of `data`; `[]` is a scalar. */
  shape: readonly number[];
  data: TensorData;
}

/** The format's name for the elements of an array. */
export function dtypeOf(data: TensorData): Dtype {
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof Float64Array) return 'F64';
  if (data instanceof Int32Array) return 'I32';
  if (data instanceof BigInt64Array) return 'I64';
  return 'U8';
}

/** The upstream implementation's limit on a header: nothing beyond it could be read elsewhere. */
export const maximumHeaderLength = 100_000_000;

/**
 * How a header of ours begins. The 64 hexadecimal digits that follow are the SHA-256 of the whole file, length word, header and
 * data, with zeros in the place of these digits: no byte of the file can change unnoticed.
 */
export const digestPrefix = '{"__metadata__":{"sha256":"';
export const digestLength = 64;
