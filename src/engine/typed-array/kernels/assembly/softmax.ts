import { bytes, integer, pointer } from './arguments';
import { firstLanes, sumOfLanes } from './lanes';
import { exponential, logarithm } from './math';

/** Columns whose exponentials are summed in f32 before they are added to the f64 sum. */
const CHUNK: i32 = 256;

/**
 * dst[r] = max + ln(sum of exp(src[r] - max)). NaN when any element of the row is NaN, or when the largest is infinite.
 *
 * Arguments: [src, stride, rows, columns, dst].
 */
export function logSumExp(args: usize): void {
  let src = pointer(args, 0);
  const stride = bytes(integer(args, 1));
  const rows = integer(args, 2);
  const columns = integer(args, 3);
  const dst = pointer(args, 4);
  for (let row = 0; row < rows; row++) {
    const largest = rowMaximum(src, columns);
    const sum = sumOfExponentials(src, columns, largest);
    store<f32>(dst + bytes(row), <f32>(<f64>largest + logarithm(sum)));
    src += stride;
  }
}

/** The largest element of a row of at least one element. A NaN may be ignored here: the sum of exponentials is then NaN. */
export function rowMaximum(src: usize, columns: i32): f32 {
  const least = f32x4.splat(-f32.MAX_VALUE);
  let m0 = least;
  let m1 = least;
  let column = 0;
  for (; column + 8 <= columns; column += 8) {
    m0 = f32x4.pmax(m0, v128.load(src + bytes(column)));
    m1 = f32x4.pmax(m1, v128.load(src + bytes(column), 16));
  }
  for (; column < columns; column += 4) {
    m0 = f32x4.pmax(m0, v128.bitselect(v128.load(src + bytes(column)), least, firstLanes(columns - column)));
  }
  const m = f32x4.pmax(m0, m1);
  const low = max(f32x4.extract_lane(m, 0), f32x4.extract_lane(m, 1));
  return max(low, max(f32x4.extract_lane(m, 2), f32x4.extract_lane(m, 3)));
}

/** The sum over a row of exp(element - shift), in f64; NaN when an element is. */
export function sumOfExponentials(src: usize, columns: i32, shift: f32): f64 {
  const shifts = f32x4.splat(shift);
  let total: f64 = 0;
  let column = 0;
  while (column < columns) {
    const end = min(column + CHUNK, columns);
    let sums = f32x4.splat(0);
    for (; column + 4 <= end; column += 4) {
      sums = f32x4.add(sums, exponential(f32x4.sub(v128.load(src + bytes(column)), shifts)));
    }
    if (column < end) {
      const powers = exponential(f32x4.sub(v128.load(src + bytes(column)), shifts));
      sums = f32x4.add(sums, v128.and(powers, firstLanes(end - column)));
      column = end;
    }
    total += <f64>sumOfLanes(sums);
  }
  return total;
}
