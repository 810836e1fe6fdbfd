import { bytes, integer, pointer } from './arguments';
import { addRow } from './copying';

/**
 * dst[r] = table[ids[r]] for rows of cols elements; the ids are Int32.
 *
 * Arguments: [table, tableStride, ids, rows, cols, dst, dstStride].
 */
export function gatherRows(args: usize): void {
  const table = pointer(args, 0);
  const tableStride = bytes(integer(args, 1));
  const ids = pointer(args, 2);
  const rows = integer(args, 3);
  const rowBytes = bytes(integer(args, 4));
  let dst = pointer(args, 5);
  const dstStride = bytes(integer(args, 6));
  for (let row = 0; row < rows; row++) {
    memory.copy(dst, table + <usize>integer(ids, row) * tableStride, rowBytes);
    dst += dstStride;
  }
}

/**
 * dst[ids[r]] += src[r] for r in ascending order, columns firstColumn up to, not including, lastColumn. Threads can share one dst by
 * columns, and the bits do not depend on how. dst is not cleared.
 *
 * Arguments: [src, srcStride, ids, rows, firstColumn, lastColumn, dst, dstStride].
 */
export function scatterAddRows(args: usize): void {
  const firstColumn = integer(args, 4);
  const columns = integer(args, 5) - firstColumn;
  let src = pointer(args, 0) + bytes(firstColumn);
  const srcStride = bytes(integer(args, 1));
  const ids = pointer(args, 2);
  const rows = integer(args, 3);
  const dst = pointer(args, 6) + bytes(firstColumn);
  const dstStride = bytes(integer(args, 7));
  for (let row = 0; row < rows; row++) {
    addRow(src, dst + <usize>integer(ids, row) * dstStride, columns);
    src += srcStride;
  }
}
