// The inner loops of the matrix product: a few rows of A times one or two packed panels of B, added to C.
// All strides are in bytes, `depth` is at least 1.

/** Bytes of one row of a packed panel: 16 columns of B. */
export const PANEL_BYTES: usize = 16 * 4;

/**
 * C[2 pairs, 16] += A B for one full panel. The form of this loop decides the machine code: accumulators that start at zero,
 * two row pointers and an unconditional epilogue keep V8 at eight accumulators in registers.
 */
export function rowPairs(a: usize, strideA: usize, b: usize, depth: i32, c: usize, strideC: usize, pairs: i32): void {
  const end = b + <usize>depth * PANEL_BYTES;
  for (let pair = 0; pair < pairs; pair++) {
    let a0 = a;
    let a1 = a + strideA;
    let s00 = f32x4.splat(0);
    let s01 = f32x4.splat(0);
    let s02 = f32x4.splat(0);
    let s03 = f32x4.splat(0);
    let s10 = f32x4.splat(0);
    let s11 = f32x4.splat(0);
    let s12 = f32x4.splat(0);
    let s13 = f32x4.splat(0);
    let p = b;
    do {
      const x0 = v128.load32_splat(a0);
      const x1 = v128.load32_splat(a1);
      const b0 = v128.load(p);
      s00 = f32x4.add(s00, f32x4.mul(x0, b0));
      s10 = f32x4.add(s10, f32x4.mul(x1, b0));
      const b1 = v128.load(p, 16);
      s01 = f32x4.add(s01, f32x4.mul(x0, b1));
      s11 = f32x4.add(s11, f32x4.mul(x1, b1));
      const b2 = v128.load(p, 32);
      s02 = f32x4.add(s02, f32x4.mul(x0, b2));
      s12 = f32x4.add(s12, f32x4.mul(x1, b2));
      const b3 = v128.load(p, 48);
      s03 = f32x4.add(s03, f32x4.mul(x0, b3));
      s13 = f32x4.add(s13, f32x4.mul(x1, b3));
      a0 += 4;
      a1 += 4;
      p += PANEL_BYTES;
    } while (p != end);
    const c1 = c + strideC;
    v128.store(c, f32x4.add(v128.load(c), s00));
    v128.store(c, f32x4.add(v128.load(c, 16), s01), 16);
    v128.store(c, f32x4.add(v128.load(c, 32), s02), 32);
    v128.store(c, f32x4.add(v128.load(c, 48), s03), 48);
    v128.store(c1, f32x4.add(v128.load(c1), s10));
    v128.store(c1, f32x4.add(v128.load(c1, 16), s11), 16);
    v128.store(c1, f32x4.add(v128.load(c1, 32), s12), 32);
    v128.store(c1, f32x4.add(v128.load(c1, 48), s13), 48);
    a += strideA << 1;
    c += strideC << 1;
  }
}

/** The same for a last panel of which only `width` columns, fewer than 16, belong to C. */
export function raggedRowPairs(a: usize, strideA: usize, b: usize, depth: i32, c: usize, strideC: usize, pairs: i32, width: i32): void {
  for (let row = 0; row < pairs << 1; row++) {
    tile1x16(a, b, depth, c, width);
    a += strideA;
    c += strideC;
  }
}

/** C[1, width] += A B for one row and one panel; width is 1 to 16. */
export function tile1x16(a: usize, b: usize, depth: i32, c: usize, width: i32): void {
  const end = b + <usize>depth * PANEL_BYTES;
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  do {
    const x = v128.load32_splat(a);
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load(b, 16)));
    s2 = f32x4.add(s2, f32x4.mul(x, v128.load(b, 32)));
    s3 = f32x4.add(s3, f32x4.mul(x, v128.load(b, 48)));
    a += 4;
    b += PANEL_BYTES;
  } while (b != end);
  addColumns(c, s0, width);
  addColumns(c + 16, s1, width - 4);
  addColumns(c + 32, s2, width - 8);
  addColumns(c + 48, s3, width - 12);
}

/** C[1, 32] += A B for one row and two full panels: eight sums at once hide the latency of the additions. */
export function tile1x32(a: usize, b: usize, right: usize, depth: i32, c: usize): void {
  const end = b + <usize>depth * PANEL_BYTES;
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let s4 = f32x4.splat(0);
  let s5 = f32x4.splat(0);
  let s6 = f32x4.splat(0);
  let s7 = f32x4.splat(0);
  do {
    const x = v128.load32_splat(a);
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load(b, 16)));
    s2 = f32x4.add(s2, f32x4.mul(x, v128.load(b, 32)));
    s3 = f32x4.add(s3, f32x4.mul(x, v128.load(b, 48)));
    s4 = f32x4.add(s4, f32x4.mul(x, v128.load(right)));
    s5 = f32x4.add(s5, f32x4.mul(x, v128.load(right, 16)));
    s6 = f32x4.add(s6, f32x4.mul(x, v128.load(right, 32)));
    s7 = f32x4.add(s7, f32x4.mul(x, v128.load(right, 48)));
    a += 4;
    b += PANEL_BYTES;
    right += PANEL_BYTES;
  } while (b != end);
  v128.store(c, f32x4.add(v128.load(c), s0));
  v128.store(c, f32x4.add(v128.load(c, 16), s1), 16);
  v128.store(c, f32x4.add(v128.load(c, 32), s2), 32);
  v128.store(c, f32x4.add(v128.load(c, 48), s3), 48);
  v128.store(c, f32x4.add(v128.load(c, 64), s4), 64);
  v128.store(c, f32x4.add(v128.load(c, 80), s5), 80);
  v128.store(c, f32x4.add(v128.load(c, 96), s6), 96);
  v128.store(c, f32x4.add(v128.load(c, 112), s7), 112);
}

/** Adds the first `width` lanes of `sum` to C, four at most, and none when width is not positive. */
function addColumns(c: usize, sum: v128, width: i32): void {
  if (width <= 0) return;
  const total = f32x4.add(v128.load(c), sum);
  if (width >= 4) {
    v128.store(c, total);
    return;
  }
  v128.store32_lane(c, total, 0);
  if (width > 1) v128.store32_lane(c, total, 1, 4);
  if (width > 2) v128.store32_lane(c, total, 2, 8);
}
