/**
 * Weights in 8 bits with a scale for each row: w' = scale[r] * q, q from -127 to 127. The file has the matrix as I8, and beside it the
 * scales as F32, named `scales.` and the parameter's name. Readers widen them to float32, so a model computes like any other.
 */
import type { Tensor } from '../files/safetensors-format.js';
import { UserError } from '../foundation/errors.js';
import { quotedName } from '../foundation/printable.js';

const prefix = 'scales.';

export const isScaleTensor = ({ name }: { readonly name: string }) => name.startsWith(prefix);

interface Matrix {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Rows of a parameter with two or more dimensions: an output of a layer, or a token. */
const rowsOf = (shape: readonly number[]) => shape[0]!;

/**
 * The tensors of a parameter in 8 bits; a vector stays as it is. The scale of a row is its largest absolute value / 127, as float32; a row
 * of zeros has the scale 1.
 */
export function quantizedRows({ name, shape, data }: Matrix): Tensor[] {
  if (shape.length < 2) return [{ name, shape, data }];
  const rows = rowsOf(shape);
  const columns = data.length / rows;
  const bytes = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let r = 0; r < rows; r++) {
    let largest = 0;
    for (let c = 0; c < columns; c++) largest = Math.max(largest, Math.abs(data[r * columns + c]!));
    // A row of the smallest numbers has no scale in float32: it becomes zeros.
    const scale = Math.fround(largest / 127) || 1;
    scales[r] = scale;
    for (let c = 0; c < columns; c++)
      bytes[r * columns + c] = Math.max(-127, Math.min(127, Math.round(data[r * columns + c]! / scale)));
  }
  return [
    { name, shape, data: bytes },
    { name: `${prefix}${name}`, shape: [rows], data: scales },
  ];
}

/**
 * The parameter of a tensor in 8 bits, as float32: each product is rounded once.
 * @param scales the scales of a file by their names; that of the parameter is removed
 * @throws UserError `model` when its scales are missing or do not fit
 */
export function widenedRows(
  path: string,
  { name, shape, data }: { readonly name: string; readonly shape: readonly number[]; readonly data: Int8Array },
  scales: Map<string, Tensor>,
): Float32Array {
  const found = scales.get(`${prefix}${name}`);
  scales.delete(`${prefix}${name}`);
  const rows = shape.length < 2 ? undefined : rowsOf(shape);
  if (!(found?.data instanceof Float32Array) || found.shape.length !== 1 || found.data.length !== rows)
    throw new UserError(
      'model',
      `${path}: the I8 parameter ${quotedName(name)} needs a scale for each row, as ${quotedName(`${prefix}${name}`)}`,
    );
  const columns = data.length / rows;
  const widened = new Float32Array(data.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) widened[r * columns + c] = data[r * columns + c]! * found.data[r]!;
  return widened;
}
