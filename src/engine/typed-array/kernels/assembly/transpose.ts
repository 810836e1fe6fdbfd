import { bytes, integer, pointer } from './arguments';

/** Rows and columns of a block: 32 x 32 elements and their transpose fit the first-level cache whatever the strides. */
const BLOCK: i32 = 32;

/**
 * dst[c][r] = src[r][c] for src[rows, cols].
 *
 * Arguments: [src, srcStride, rows, cols, dst, dstStride].
 */
export function transpose(args: usize): void {
  const srcStride = bytes(integer(args, 1));
  transposeMatrix(pointer(args, 0), srcStride, integer(args, 2), integer(args, 3), pointer(args, 4), bytes(integer(args, 5)));
}

/** The same for sizes that are known only when the program runs; strides in bytes. */
export function transposeMatrix(src: usize, srcStride: usize, rows: i32, columns: i32, dst: usize, dstStride: usize): void {
  for (let row = 0; row < rows; row += BLOCK) {
    for (let column = 0; column < columns; column += BLOCK) {
      const from = src + <usize>row * srcStride + bytes(column);
      const to = dst + <usize>column * dstStride + bytes(row);
      transposeBlock(from, srcStride, min(BLOCK, rows - row), min(BLOCK, columns - column), to, dstStride);
    }
  }
}

function transposeBlock(src: usize, srcStride: usize, rows: i32, columns: i32, dst: usize, dstStride: usize): void {
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    let from = src + <usize>row * srcStride;
    let to = dst + bytes(row);
    let column = 0;
    for (; column + 4 <= columns; column += 4) {
      transpose4x4(from, srcStride, to, dstStride);
      from += 16;
      to += dstStride << 2;
    }
    for (; column < columns; column++) {
      for (let i = 0; i < 4; i++) store<f32>(to + bytes(i), load<f32>(from + <usize>i * srcStride));
      from += 4;
      to += dstStride;
    }
  }
  for (; row < rows; row++) {
    const from = src + <usize>row * srcStride;
    const to = dst + bytes(row);
    for (let column = 0; column < columns; column++) {
      store<f32>(to + <usize>column * dstStride, load<f32>(from + bytes(column)));
    }
  }
}

/** Transposes the 4 x 4 elements at src into those at dst; strides in bytes. */
@inline
export function transpose4x4(src: usize, srcStride: usize, dst: usize, dstStride: usize): void {
  const src2 = src + (srcStride << 1);
  const dst2 = dst + (dstStride << 1);
  const r0 = v128.load(src);
  const r1 = v128.load(src + srcStride);
  const r2 = v128.load(src2);
  const r3 = v128.load(src2 + srcStride);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(dst, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(dst + dstStride, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(dst2, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(dst2 + dstStride, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}
