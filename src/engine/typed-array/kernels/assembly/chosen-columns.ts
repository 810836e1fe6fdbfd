// In each row, the columns that the row's own indices name. Indices are whole numbers in float matrices; no index beyond the row is read or
// written, because indices may come from a file. See ../../../../graph/operations/chosen-columns.ts.

import { bytes, integer, pointer } from './arguments';
import { fillRows } from './copying';

/**
 * dst[r, k] = src[r, indices[r, k]] for `columns` values of k; src has `width` columns.
 *
 * Arguments: [src, srcStride, indices, indexStride, rows, columns, dst, dstStride, width].
 */
export function gatherColumns(args: usize): void {
  let src = pointer(args, 0);
  const srcStride = bytes(integer(args, 1));
  let indices = pointer(args, 2);
  const indexStride = bytes(integer(args, 3));
  const rows = integer(args, 4);
  const columns = integer(args, 5);
  let dst = pointer(args, 6);
  const dstStride = bytes(integer(args, 7));
  const width = integer(args, 8);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < columns; k++) {
      const index = <i32>load<f32>(indices + bytes(k));
      store<f32>(dst + bytes(k), <u32>index < <u32>width ? load<f32>(src + bytes(index)) : 0);
    }
    src += srcStride;
    indices += indexStride;
    dst += dstStride;
  }
}

/**
 * dst[r, indices[r, k]] += src[r, k] for `columns` values of k, in ascending order, from zeros in the `width` columns of dst.
 *
 * Arguments: [src, srcStride, indices, indexStride, rows, columns, dst, dstStride, width].
 */
export function scatterColumns(args: usize): void {
  let src = pointer(args, 0);
  const srcStride = bytes(integer(args, 1));
  let indices = pointer(args, 2);
  const indexStride = bytes(integer(args, 3));
  const rows = integer(args, 4);
  const columns = integer(args, 5);
  let dst = pointer(args, 6);
  const dstStride = bytes(integer(args, 7));
  const width = integer(args, 8);
  fillRows(dst, dstStride, rows, width, 0);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < columns; k++) {
      const index = <i32>load<f32>(indices + bytes(k));
      if (<u32>index >= <u32>width) continue;
      const place = dst + bytes(index);
      store<f32>(place, load<f32>(place) + load<f32>(src + bytes(k)));
    }
    src += srcStride;
    indices += indexStride;
    dst += dstStride;
  }
}
