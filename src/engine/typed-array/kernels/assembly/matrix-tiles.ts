// The inner loops of the matrix product: a few rows of A times one or two packed panels of B, added to C.
// Strides are in bytes, and the depth of the block, at least 1, is the distance of `end` from `b` in rows of the panel.
//
// The form of these loops decides the machine code: sums that start at zero, one pointer a row, an unconditional epilogue, and
// at most 15 vectors alive (V8 loads all operands of a round before it multiplies) keep everything in registers.

import { storeLanes } from './lanes';

/** Bytes of one row of a packed panel: 16 columns of B. */
export const PANEL_BYTES: usize = 16 * 4;

/** C[2, 16] += A B: two rows and a whole panel. This function takes most of the time of a training step. */
export function tile2x16(a0: usize, a1: usize, b: usize, end: usize, c0: usize, c1: usize): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s02 = f32x4.splat(0);
  let s03 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s12 = f32x4.splat(0);
  let s13 = f32x4.splat(0);
  do {
    const x0 = v128.load32_splat(a0);
    const x1 = v128.load32_splat(a1);
    const b0 = v128.load(b);
    s00 = f32x4.add(s00, f32x4.mul(x0, b0));
    s10 = f32x4.add(s10, f32x4.mul(x1, b0));
    const b1 = v128.load(b, 16);
    s01 = f32x4.add(s01, f32x4.mul(x0, b1));
    s11 = f32x4.add(s11, f32x4.mul(x1, b1));
    const b2 = v128.load(b, 32);
    s02 = f32x4.add(s02, f32x4.mul(x0, b2));
    s12 = f32x4.add(s12, f32x4.mul(x1, b2));
    const b3 = v128.load(b, 48);
    s03 = f32x4.add(s03, f32x4.mul(x0, b3));
    s13 = f32x4.add(s13, f32x4.mul(x1, b3));
    a0 += 4;
    a1 += 4;
    b += PANEL_BYTES;
  } while (b != end);
  v128.store(c0, f32x4.add(v128.load(c0), s00));
  v128.store(c0, f32x4.add(v128.load(c0, 16), s01), 16);
  v128.store(c0, f32x4.add(v128.load(c0, 32), s02), 32);
  v128.store(c0, f32x4.add(v128.load(c0, 48), s03), 48);
  v128.store(c1, f32x4.add(v128.load(c1), s10));
  v128.store(c1, f32x4.add(v128.load(c1, 16), s11), 16);
  v128.store(c1, f32x4.add(v128.load(c1, 32), s12), 32);
  v128.store(c1, f32x4.add(v128.load(c1, 48), s13), 48);
}

/** C[4, width] += A B: four rows and `width` columns, 1 to 8, of a panel from `b` on. */
export function tile4x8(a: usize, strideA: usize, b: usize, end: usize, c: usize, strideC: usize, width: i32): void {
  let a1 = a + strideA;
  let a2 = a1 + strideA;
  let a3 = a2 + strideA;
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  do {
    const x0 = v128.load32_splat(a);
    const x1 = v128.load32_splat(a1);
    const x2 = v128.load32_splat(a2);
    const x3 = v128.load32_splat(a3);
    const b0 = v128.load(b);
    s00 = f32x4.add(s00, f32x4.mul(x0, b0));
    s10 = f32x4.add(s10, f32x4.mul(x1, b0));
    s20 = f32x4.add(s20, f32x4.mul(x2, b0));
    s30 = f32x4.add(s30, f32x4.mul(x3, b0));
    const b1 = v128.load(b, 16);
    s01 = f32x4.add(s01, f32x4.mul(x0, b1));
    s11 = f32x4.add(s11, f32x4.mul(x1, b1));
    s21 = f32x4.add(s21, f32x4.mul(x2, b1));
    s31 = f32x4.add(s31, f32x4.mul(x3, b1));
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    b += PANEL_BYTES;
  } while (b != end);
  addColumns(c, s00, width);
  addColumns(c + 16, s01, width - 4);
  c += strideC;
  addColumns(c, s10, width);
  addColumns(c + 16, s11, width - 4);
  c += strideC;
  addColumns(c, s20, width);
  addColumns(c + 16, s21, width - 4);
  c += strideC;
  addColumns(c, s30, width);
  addColumns(c + 16, s31, width - 4);
}

/**
 * C[1, 16] += A B for a whole panel, and half[1, 8] += A B for the 8 columns from `b8` on of another one: with six independent sums, the
 * additions of a single row do not wait for one another.
 */
export function tile1x24(a: usize, b: usize, end: usize, c: usize, b8: usize, c8: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let s4 = f32x4.splat(0);
  let s5 = f32x4.splat(0);
  do {
    const x = v128.load32_splat(a);
    const b0 = v128.load(b);
    s0 = f32x4.add(s0, f32x4.mul(x, b0));
    const b1 = v128.load(b, 16);
    s1 = f32x4.add(s1, f32x4.mul(x, b1));
    const b2 = v128.load(b, 32);
    s2 = f32x4.add(s2, f32x4.mul(x, b2));
    const b3 = v128.load(b, 48);
    s3 = f32x4.add(s3, f32x4.mul(x, b3));
    const b4 = v128.load(b8);
    s4 = f32x4.add(s4, f32x4.mul(x, b4));
    const b5 = v128.load(b8, 16);
    s5 = f32x4.add(s5, f32x4.mul(x, b5));
    a += 4;
    b += PANEL_BYTES;
    b8 += PANEL_BYTES;
  } while (b != end);
  v128.store(c, f32x4.add(v128.load(c), s0));
  v128.store(c, f32x4.add(v128.load(c, 16), s1), 16);
  v128.store(c, f32x4.add(v128.load(c, 32), s2), 32);
  v128.store(c, f32x4.add(v128.load(c, 48), s3), 48);
  v128.store(c8, f32x4.add(v128.load(c8), s4));
  v128.store(c8, f32x4.add(v128.load(c8, 16), s5), 16);
}

/** C[1, width] += A B: one row and the first `width` columns, 1 to 16, of a panel. */
export function tile1x16(a: usize, b: usize, end: usize, c: usize, width: i32): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  do {
    const x = v128.load32_splat(a);
    const b0 = v128.load(b);
    s0 = f32x4.add(s0, f32x4.mul(x, b0));
    const b1 = v128.load(b, 16);
    s1 = f32x4.add(s1, f32x4.mul(x, b1));
    const b2 = v128.load(b, 32);
    s2 = f32x4.add(s2, f32x4.mul(x, b2));
    const b3 = v128.load(b, 48);
    s3 = f32x4.add(s3, f32x4.mul(x, b3));
    a += 4;
    b += PANEL_BYTES;
  } while (b != end);
  addColumns(c, s0, width);
  addColumns(c + 16, s1, width - 4);
  addColumns(c + 32, s2, width - 8);
  addColumns(c + 48, s3, width - 12);
}

/** Adds the first `width` lanes of `sum` to C, four at most, and none when width is not positive. */
function addColumns(c: usize, sum: v128, width: i32): void {
  if (width > 0) storeLanes(c, f32x4.add(v128.load(c), sum), width);
}
