import { bytes, float, integer, pointer } from './arguments';

/**
 * dst[rows, cols] = src[rows, cols]; the two must not overlap.
 *
 * Arguments: [src, srcStride, dst, dstStride, rows, cols].
 */
export function copyMatrix(args: usize): void {
  let src = pointer(args, 0);
  const srcStride = bytes(integer(args, 1));
  let dst = pointer(args, 2);
  const dstStride = bytes(integer(args, 3));
  const rows = integer(args, 4);
  const rowBytes = bytes(integer(args, 5));
  for (let row = 0; row < rows; row++) {
    memory.copy(dst, src, rowBytes);
    src += srcStride;
    dst += dstStride;
  }
}

/**
 * dst[rows, cols] += src[rows, cols]; the two may be the same.
 *
 * Arguments: [src, srcStride, dst, dstStride, rows, cols].
 */
export function addMatrix(args: usize): void {
  let src = pointer(args, 0);
  const srcStride = bytes(integer(args, 1));
  let dst = pointer(args, 2);
  const dstStride = bytes(integer(args, 3));
  const rows = integer(args, 4);
  const columns = integer(args, 5);
  for (let row = 0; row < rows; row++) {
    addRow(src, dst, columns);
    src += srcStride;
    dst += dstStride;
  }
}

/** dst[columns] += src[columns]. */
export function addRow(src: usize, dst: usize, columns: i32): void {
  const end = dst + bytes(columns);
  const vectorEnd = dst + bytes(columns & ~3);
  while (dst != vectorEnd) {
    v128.store(dst, f32x4.add(v128.load(dst), v128.load(src)));
    dst += 16;
    src += 16;
  }
  while (dst != end) {
    store<f32>(dst, load<f32>(dst) + load<f32>(src));
    dst += 4;
    src += 4;
  }
}

/**
 * Every element of dst[rows, cols] = value.
 *
 * Arguments: [dst, stride, rows, cols, value].
 */
export function fill(args: usize): void {
  fillRows(pointer(args, 0), bytes(integer(args, 1)), integer(args, 2), integer(args, 3), float(args, 4));
}

/** Sets `rows` rows of `columns` elements, `stride` bytes apart, to `value`. */
export function fillRows(dst: usize, stride: usize, rows: i32, columns: i32, value: f32): void {
  if (stride == bytes(columns)) {
    columns *= rows;
    rows = 1;
  }
  const values = f32x4.splat(value);
  for (let row = 0; row < rows; row++) {
    let at = dst;
    const end = at + bytes(columns);
    const vectorEnd = at + bytes(columns & ~3);
    for (; at != vectorEnd; at += 16) v128.store(at, values);
    for (; at != end; at += 4) store<f32>(at, value);
    dst += stride;
  }
}
