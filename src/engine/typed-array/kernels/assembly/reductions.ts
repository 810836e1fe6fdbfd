// Sums in an order that depends only on the shape, not on strides, addresses or the division of columns among threads.

import { bytes, float, integer, pointer } from './arguments';
import { storeLanes, sumOfLanes } from './lanes';

/**
 * dst[c] (+)= sum over r of src[r][c], in ascending order of r, for columns firstColumn up to, not including, lastColumn.
 *
 * Arguments: [src, stride, rows, firstColumn, lastColumn, dst, accumulate].
 */
export function columnSums(args: usize): void {
  const src = pointer(args, 0);
  const stride = bytes(integer(args, 1));
  const rows = integer(args, 2);
  const lastColumn = integer(args, 4);
  const dst = pointer(args, 5);
  const accumulate = integer(args, 6) != 0;
  let column = integer(args, 3);
  while (column < lastColumn) {
    const from = src + bytes(column);
    const to = dst + bytes(column);
    const width = lastColumn - column;
    if (width >= 16) sixteenColumnSums(from, stride, rows, to, accumulate);
    else fourColumnSums(from, stride, rows, to, accumulate, width);
    column += width >= 16 ? 16 : 4;
  }
}

function sixteenColumnSums(src: usize, stride: usize, rows: i32, dst: usize, accumulate: bool): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let row = 0; row < rows; row++) {
    s0 = f32x4.add(s0, v128.load(src));
    s1 = f32x4.add(s1, v128.load(src, 16));
    s2 = f32x4.add(s2, v128.load(src, 32));
    s3 = f32x4.add(s3, v128.load(src, 48));
    src += stride;
  }
  storeSums(dst, s0, accumulate, 4);
  storeSums(dst + 16, s1, accumulate, 4);
  storeSums(dst + 32, s2, accumulate, 4);
  storeSums(dst + 48, s3, accumulate, 4);
}

function fourColumnSums(src: usize, stride: usize, rows: i32, dst: usize, accumulate: bool, width: i32): void {
  let sums = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    sums = f32x4.add(sums, v128.load(src));
    src += stride;
  }
  storeSums(dst, sums, accumulate, width);
}

@inline
function storeSums(dst: usize, sums: v128, accumulate: bool, width: i32): void {
  storeLanes(dst, accumulate ? f32x4.add(v128.load(dst), sums) : sums, width);
}

/**
 * dst[r] (+)= sum over c of src[r][c].
 *
 * Arguments: [src, stride, rows, cols, dst, accumulate].
 */
export function rowSums(args: usize): void {
  let src = pointer(args, 0);
  const stride = bytes(integer(args, 1));
  const rows = integer(args, 2);
  const columns = integer(args, 3);
  const dst = pointer(args, 4);
  const accumulate = integer(args, 5) != 0;
  for (let row = 0; row < rows; row++) {
    const total = rowSum(src, columns);
    store<f32>(dst + bytes(row), accumulate ? float(dst, row) + total : total);
    src += stride;
  }
}

/** The sum of a row: four vectors in parallel, then the remaining columns. */
function rowSum(src: usize, columns: i32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let column = 0;
  for (; column + 16 <= columns; column += 16) {
    s0 = f32x4.add(s0, v128.load(src));
    s1 = f32x4.add(s1, v128.load(src, 16));
    s2 = f32x4.add(s2, v128.load(src, 32));
    s3 = f32x4.add(s3, v128.load(src, 48));
    src += 64;
  }
  let total = sumOfLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (; column < columns; column++) {
    total += load<f32>(src);
    src += 4;
  }
  return total;
}

/**
 * dst[0], an f64, = the sum of the squares of src[count], each exact and added in f64.
 *
 * Arguments: [src, count, dst].
 */
export function sumOfSquares(args: usize): void {
  let src = pointer(args, 0);
  const count = integer(args, 1);
  const end = src + bytes(count);
  const vectorEnd = src + bytes(count & ~7);
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (; src != vectorEnd; src += 32) {
    const x0 = f64x2.promote_low_f32x4(v128.load64_zero(src));
    const x1 = f64x2.promote_low_f32x4(v128.load64_zero(src, 8));
    const x2 = f64x2.promote_low_f32x4(v128.load64_zero(src, 16));
    const x3 = f64x2.promote_low_f32x4(v128.load64_zero(src, 24));
    s0 = f64x2.add(s0, f64x2.mul(x0, x0));
    s1 = f64x2.add(s1, f64x2.mul(x1, x1));
    s2 = f64x2.add(s2, f64x2.mul(x2, x2));
    s3 = f64x2.add(s3, f64x2.mul(x3, x3));
  }
  const sums = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let total = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (; src != end; src += 4) {
    const x = <f64>load<f32>(src);
    total += x * x;
  }
  store<f64>(pointer(args, 2), total);
}

/**
 * dst[0], an f32, = the sum of the f64 numbers src[count], in ascending order and rounded at the end.
 *
 * Arguments: [src, count, dst].
 */
export function sumOfDoubles(args: usize): void {
  const src = pointer(args, 0);
  const count = integer(args, 1);
  let total: f64 = 0;
  for (let i = 0; i < count; i++) total += load<f64>(src + (<usize>i << 3));
  store<f32>(pointer(args, 2), <f32>total);
}
