import { bytes, integer, pointer } from './arguments';
import { PANEL_BYTES, raggedRowPairs, rowPairs, tile1x16, tile1x32 } from './matrix-tiles';

/** Depth of a block: 512 rows of a panel are 32 KiB and stay in the first-level cache while the rows of A pass by. */
const BLOCK_DEPTH: i32 = 512;
/** Rows of A that are taken at a time: with a block's depth 256 KiB, so that they stay in the second-level cache. */
const BLOCK_ROWS: i32 = 128;

/**
 * C[M, N] (+)= A[M, K] B[K, N]. A and C are row-major, B is packed by packPanels.
 *
 * Each element of C is the sum over k in ascending order, in blocks of 512 that are added to C one after another; so its bits
 * depend neither on M, N and strides, nor on how rows or panels are shared out. Nothing is written past column N of a row.
 *
 * Arguments: [A, strideA, packed B, C, strideC, M, N, K, accumulate].
 */
export function matrixProduct(args: usize): void {
  const a = pointer(args, 0);
  const strideA = bytes(integer(args, 1));
  const panels = pointer(args, 2);
  const c = pointer(args, 3);
  const strideC = bytes(integer(args, 4));
  const M = integer(args, 5);
  const N = integer(args, 6);
  const K = integer(args, 7);
  if (integer(args, 8) == 0) {
    for (let row = 0; row < M; row++) memory.fill(c + <usize>row * strideC, 0, bytes(N));
  }
  const panelStride = <usize>K * PANEL_BYTES;
  for (let k = 0; k < K; k += BLOCK_DEPTH) {
    const depth = min(BLOCK_DEPTH, K - k);
    const panelBlock = panels + <usize>k * PANEL_BYTES;
    for (let row = 0; row < M; row += BLOCK_ROWS) {
      const rowA = a + <usize>row * strideA + bytes(k);
      const rowC = c + <usize>row * strideC;
      blockProduct(rowA, strideA, panelBlock, panelStride, depth, rowC, strideC, min(BLOCK_ROWS, M - row), N);
    }
  }
}

/** One block's part of the product: panels two at a time, so that an odd last row can take 32 columns at once. */
function blockProduct(a: usize, strideA: usize, b: usize, panelStride: usize, depth: i32, c: usize, strideC: usize, rows: i32, columns: i32): void {
  const pairs = rows >> 1;
  const odd = rows & 1;
  const lastA = a + <usize>(rows - 1) * strideA;
  const lastC = c + <usize>(rows - 1) * strideC;
  let column = 0;
  for (; column + 32 <= columns; column += 32) {
    const left = c + bytes(column);
    rowPairs(a, strideA, b, depth, left, strideC, pairs);
    rowPairs(a, strideA, b + panelStride, depth, left + PANEL_BYTES, strideC, pairs);
    if (odd) tile1x32(lastA, b, b + panelStride, depth, lastC + bytes(column));
    b += panelStride << 1;
  }
  for (; column < columns; column += 16) {
    const width = columns - column;
    const left = c + bytes(column);
    if (width >= 16) {
      rowPairs(a, strideA, b, depth, left, strideC, pairs);
      if (odd) tile1x16(lastA, b, depth, lastC + bytes(column), 16);
    } else {
      raggedRowPairs(a, strideA, b, depth, left, strideC, pairs, width);
      if (odd) tile1x16(lastA, b, depth, lastC + bytes(column), width);
    }
    b += panelStride;
  }
}
