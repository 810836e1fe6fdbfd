import { bytes, integer, pointer } from './arguments';

/**
 * dst[c] (+)= sum of src[r][c] over r, in the columns from firstColumn up to, not including, lastColumn. dst is column 0.
 *
 * Arguments: [src, stride, rows, firstColumn, lastColumn, dst, accumulate].
 */
export function columnSums(args: usize): void {
  const src = pointer(args, 0);
  const stride = bytes(integer(args, 1));
  const rows = integer(args, 2);
  const last = integer(args, 4);
  const dst = pointer(args, 5);
  const accumulate = integer(args, 6) != 0;
  let column = integer(args, 3);
  for (; column + 4 <= last; column += 4) {
    let sum = f32x4.splat(0.0);
    let place = src + bytes(column);
    for (let row = 0; row < rows; row++) {
      sum = f32x4.add(sum, v128.load(place));
      place += stride;
    }
    const to = dst + bytes(column);
    v128.store(to, accumulate ? f32x4.add(v128.load(to), sum) : sum);
  }
  for (; column < last; column++) {
    let sum: f32 = 0;
    let place = src + bytes(column);
    for (let row = 0; row < rows; row++) {
      sum += load<f32>(place);
      place += stride;
    }
    const to = dst + bytes(column);
    store<f32>(to, accumulate ? load<f32>(to) + sum : sum);
  }
}

/**
 * dst[r] = sum of src[r], in four running sums.
 *
 * Arguments: [src, stride, rows, cols, dst].
 */
export function rowSums(args: usize): void {
  let src = pointer(args, 0);
  const stride = bytes(integer(args, 1));
  const rows = integer(args, 2);
  const columns = integer(args, 3);
  const dst = pointer(args, 4);
  for (let row = 0; row < rows; row++) {
    let sums = f32x4.splat(0.0);
    let column = 0;
    for (; column + 4 <= columns; column += 4) sums = f32x4.add(sums, v128.load(src + bytes(column)));
    let sum =
      f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) + (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
    for (; column < columns; column++) sum += load<f32>(src + bytes(column));
    store<f32>(dst + bytes(row), sum);
    src += stride;
  }
}

/**
 * The float64 at dst = sum of the squares of `count` f32, in eight running sums of float64.
 *
 * Arguments: [src, count, dst (f64)].
 */
export function sumOfSquares(args: usize): void {
  const src = pointer(args, 0);
  const count = integer(args, 1);
  let a = f64x2.splat(0.0);
  let b = f64x2.splat(0.0);
  let c = f64x2.splat(0.0);
  let d = f64x2.splat(0.0);
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const low = f64x2.promote_low_f32x4(v128.load64_zero(src + bytes(i)));
    const second = f64x2.promote_low_f32x4(v128.load64_zero(src + bytes(i), 8));
    const third = f64x2.promote_low_f32x4(v128.load64_zero(src + bytes(i), 16));
    const fourth = f64x2.promote_low_f32x4(v128.load64_zero(src + bytes(i), 24));
    a = f64x2.add(a, f64x2.mul(low, low));
    b = f64x2.add(b, f64x2.mul(second, second));
    c = f64x2.add(c, f64x2.mul(third, third));
    d = f64x2.add(d, f64x2.mul(fourth, fourth));
  }
  const sums = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (; i < count; i++) {
    const value = <f64>load<f32>(src + bytes(i));
    sum += value * value;
  }
  store<f64>(pointer(args, 2), sum);
}

/**
 * The f32 at dst = sum of `count` float64.
 *
 * Arguments: [src (f64), count, dst].
 */
export function sumOfDoubles(args: usize): void {
  const src = pointer(args, 0);
  const count = integer(args, 1);
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) sum += load<f64>(src + (<usize>i << 3));
  store<f32>(pointer(args, 2), <f32>sum);
}
