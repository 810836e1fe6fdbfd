import { bytes, integer, pointer } from './arguments';

/**
 * dst[r] = table[ids[r]].
 *
 * Arguments: [table, tableStride, ids (i32), rows, cols, dst, dstStride].
 */
export function gatherRows(args: usize): void {
  const table = pointer(args, 0);
  const tableStride = bytes(integer(args, 1));
  const ids = pointer(args, 2);
  const rows = integer(args, 3);
  const rowBytes = bytes(integer(args, 4));
  const dstStride = bytes(integer(args, 6));
  let dst = pointer(args, 5);
  for (let row = 0; row < rows; row++) {
    memory.copy(dst, table + <usize>load<i32>(ids + bytes(row)) * tableStride, rowBytes);
    dst += dstStride;
  }
}

/**
 * dst[ids[r]] += src[r], row after row, in the columns from firstColumn up to, not including, lastColumn. dst is column 0.
 *
 * Arguments: [src, srcStride, ids (i32), rows, firstColumn, lastColumn, dst, dstStride].
 */
export function scatterAddRows(args: usize): void {
  const srcStride = bytes(integer(args, 1));
  const ids = pointer(args, 2);
  const rows = integer(args, 3);
  const first = integer(args, 4);
  const last = integer(args, 5);
  const dst = pointer(args, 6);
  const dstStride = bytes(integer(args, 7));
  let src = pointer(args, 0);
  for (let row = 0; row < rows; row++) {
    const to = dst + <usize>load<i32>(ids + bytes(row)) * dstStride;
    let column = first;
    for (; column + 4 <= last; column += 4) {
      const place = to + bytes(column);
      v128.store(place, f32x4.add(v128.load(place), v128.load(src + bytes(column))));
    }
    for (; column < last; column++) {
      const place = to + bytes(column);
      store<f32>(place, load<f32>(place) + load<f32>(src + bytes(column)));
    }
    src += srcStride;
  }
}
