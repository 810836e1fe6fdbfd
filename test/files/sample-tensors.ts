import type { Tensor } from '../../src/files/safetensors-format.js';

/** One tensor of each kind, with the values that are most easily lost. */
export const sample: Tensor[] = [
  { name: 'bytes', shape: [5], data: Uint8Array.of(1, 2, 3, 4, 255) },
  { name: 'rnn.weight_ih_l0', shape: [2, 3], data: Float32Array.of(1, -2, 0.5, Number.NaN, Number.NEGATIVE_INFINITY, -0) },
  { name: 'none', shape: [0, 7], data: new Float32Array(0) },
  { name: 'cursor', shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) },
  { name: 'loss', shape: [], data: Float64Array.of(0.1) },
  { name: 'long', shape: [1], data: BigInt64Array.of(-(2n ** 63n)) },
];
