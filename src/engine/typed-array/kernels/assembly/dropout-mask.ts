import { bytes, float, integer, pointer } from './arguments';
import { storeLanes } from './lanes';

// Multipliers and key increments of Philox 4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as
// 1, 2, 3").
const MULTIPLIER_0: i32 = 0xd2511f53;
const MULTIPLIER_1: i32 = 0xcd9e8d57;
const KEY_STEP_0: i32 = 0x9e3779b9;
const KEY_STEP_1: i32 = 0xbb67ae85;
const ROUNDS: i32 = 10;

/**
 * dst[r][j] = scale with probability threshold / 2^24, else 0, by the counter-based generator Philox 4x32-10: a pure function
 * of the element's place in the whole batch, so that it does not matter which shard or thread computes it, or when.
 *
 * Element j of a row is kept when (word >>> 8) < threshold, where word is number j & 3 of the block whose counter is
 * [row of the whole batch, j >> 2, site, step], under the key [keyLow, keyHigh]; step is the Int32 at the address stepPointer.
 * Rows are time-major blocks of rowGroup rows out of the whole batch's rowGroupStride: local row r is row
 * floor(r / rowGroup) * rowGroupStride + firstRow + r % rowGroup of the whole: with a stride of 0 all groups have the same mask.
 *
 * Arguments: [dst, dstStride, rows, cols, keyLow, keyHigh, stepPointer, site, firstRow, rowGroup, rowGroupStride, threshold,
 * scale].
 */
export function dropoutMask(args: usize): void {
  let dst = pointer(args, 0);
  const dstStride = bytes(integer(args, 1));
  const rows = integer(args, 2);
  const columns = integer(args, 3);
  const keyLow = integer(args, 4);
  const keyHigh = integer(args, 5);
  const step = load<i32>(pointer(args, 6));
  const site = integer(args, 7);
  const rowGroup = integer(args, 9);
  const betweenGroups = integer(args, 10) - rowGroup;
  const threshold = integer(args, 11);
  const scale = float(args, 12);
  let globalRow = integer(args, 8);
  let leftInGroup = rowGroup;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += 16) {
      const to = dst + bytes(column);
      drawFourBlocks(globalRow, column >> 2, site, step, keyLow, keyHigh, threshold, scale, to, columns - column);
    }
    dst += dstStride;
    globalRow++;
    leftInGroup--;
    if (leftInGroup == 0) {
      globalRow += betweenGroups;
      leftInGroup = rowGroup;
    }
  }
}

/** Up to 16 elements of a row: four blocks in parallel, one for each lane. */
function drawFourBlocks(
  row: i32,
  block: i32,
  site: i32,
  step: i32,
  key0: i32,
  key1: i32,
  threshold: i32,
  scale: f32,
  dst: usize,
  count: i32,
): void {
  let x0 = i32x4.splat(row);
  let x1 = i32x4.add(i32x4.splat(block), i32x4(0, 1, 2, 3));
  let x2 = i32x4.splat(site);
  let x3 = i32x4.splat(step);
  const multiplier0 = i32x4.splat(MULTIPLIER_0);
  const multiplier1 = i32x4.splat(MULTIPLIER_1);
  for (let round = 0; round < ROUNDS; round++) {
    const low0 = i64x2.extmul_low_i32x4_u(x0, multiplier0);
    const high0 = i64x2.extmul_high_i32x4_u(x0, multiplier0);
    const low2 = i64x2.extmul_low_i32x4_u(x2, multiplier1);
    const high2 = i64x2.extmul_high_i32x4_u(x2, multiplier1);
    // Even words are the low halves of the four products, odd words the high halves.
    x0 = v128.xor(v128.xor(v128.shuffle<i32>(low2, high2, 1, 3, 5, 7), x1), i32x4.splat(key0));
    x1 = v128.shuffle<i32>(low2, high2, 0, 2, 4, 6);
    x2 = v128.xor(v128.xor(v128.shuffle<i32>(low0, high0, 1, 3, 5, 7), x3), i32x4.splat(key1));
    x3 = v128.shuffle<i32>(low0, high0, 0, 2, 4, 6);
    key0 += KEY_STEP_0;
    key1 += KEY_STEP_1;
  }
  x0 = kept(x0, threshold, scale);
  x1 = kept(x1, threshold, scale);
  x2 = kept(x2, threshold, scale);
  x3 = kept(x3, threshold, scale);
  // From one block per lane to one block per vector.
  const low01 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5);
  const high01 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
  const low23 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5);
  const high23 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
  storeLanes(dst, v128.shuffle<i32>(low01, low23, 0, 1, 4, 5), count);
  storeLanes(dst + 16, v128.shuffle<i32>(low01, low23, 2, 3, 6, 7), count - 4);
  storeLanes(dst + 32, v128.shuffle<i32>(high01, high23, 0, 1, 4, 5), count - 8);
  storeLanes(dst + 48, v128.shuffle<i32>(high01, high23, 2, 3, 6, 7), count - 12);
}

@inline
function kept(words: v128, threshold: i32, scale: f32): v128 {
  return v128.and(i32x4.lt_s(i32x4.shr_u(words, 8), i32x4.splat(threshold)), f32x4.splat(scale));
}
