import { bytes, integer, pointer } from './arguments';
import { fillRows } from './copying';
import { PANEL_BYTES, tile1x16, tile1x24, tile2x16, tile4x8 } from './matrix-tiles';

/** Depth of a block: 512 rows of a panel are 32 KiB and stay in the first-level cache while all rows of A are multiplied with them. */
const BLOCK_DEPTH: i32 = 512;
/** Rows of A in a block: with the depth of a block 256 KiB, which stay in the second-level cache. */
const BLOCK_ROWS: i32 = 128;

/**
 * C[M, N] (+)= A[M, K] B[K, N]. A and C are row-major, B is packed by packPanels.
 *
 * Each element of C is the sum over k in ascending order, in blocks of 512 that are added to C one after another. Its bits depend neither
 * on M, N and strides, nor on how rows or panels are divided among threads. Nothing is written past column N of a row.
 *
 * Arguments: [A, strideA, packed B, C, strideC, M, N, K, accumulate].
 */
export function matrixProduct(args: usize): void {
  const strideA = bytes(integer(args, 1));
  const strideC = bytes(integer(args, 4));
  const M = integer(args, 5);
  const N = integer(args, 6);
  const K = integer(args, 7);
  multiplyPanels(pointer(args, 0), strideA, pointer(args, 2), pointer(args, 3), strideC, M, N, K, integer(args, 8) == 0);
}

/** The same for sizes that are known only when the program runs. Strides are in bytes; with `clear`, C is overwritten, not added to. */
export function multiplyPanels(
  a: usize,
  strideA: usize,
  panels: usize,
  c: usize,
  strideC: usize,
  M: i32,
  N: i32,
  K: i32,
  clear: bool,
): void {
  if (clear && K == 0) fillRows(c, strideC, M, N, 0);
  const panelStride = <usize>K * PANEL_BYTES;
  for (let k = 0; k < K; k += BLOCK_DEPTH) {
    const depth = min(BLOCK_DEPTH, K - k);
    const panelBlock = panels + <usize>k * PANEL_BYTES;
    for (let row = 0; row < M; row += BLOCK_ROWS) {
      const rowA = a + <usize>row * strideA + bytes(k);
      const rowC = c + <usize>row * strideC;
      const rows = min(BLOCK_ROWS, M - row);
      if (clear && k == 0) fillRows(rowC, strideC, rows, N, 0);
      blockProduct(rowA, strideA, panelBlock, panelStride, depth, rowC, strideC, rows, N);
    }
  }
}

/** One block's part of the product: groups of three whole panels, then single panels, then the incomplete last one. */
function blockProduct(
  a: usize,
  strideA: usize,
  b: usize,
  panelStride: usize,
  depth: i32,
  c: usize,
  strideC: usize,
  rows: i32,
  columns: i32,
): void {
  const blockBytes = <usize>depth * PANEL_BYTES;
  const evenRows = rows & ~1;
  const lastA = a + <usize>evenRows * strideA;
  const lastC = <usize>evenRows * strideC;
  const odd = evenRows != rows;
  let column = 0;
  for (; column + 48 <= columns; column += 48) {
    const b1 = b + panelStride;
    const b2 = b1 + panelStride;
    rowPairs(a, strideA, b, b + blockBytes, c, c + lastC, strideC);
    rowPairs(a, strideA, b1, b1 + blockBytes, c + 64, c + 64 + lastC, strideC);
    rowPairs(a, strideA, b2, b2 + blockBytes, c + 128, c + 128 + lastC, strideC);
    if (odd) {
      tile1x24(lastA, b, b + blockBytes, c + lastC, b1, c + lastC + 64);
      tile1x24(lastA, b2, b2 + blockBytes, c + lastC + 128, b1 + 32, c + lastC + 96);
    }
    b = b2 + panelStride;
    c += 192;
  }
  for (; column + 16 <= columns; column += 16) {
    rowPairs(a, strideA, b, b + blockBytes, c, c + lastC, strideC);
    if (odd) tile1x16(lastA, b, b + blockBytes, c + lastC, 16);
    b += panelStride;
    c += 64;
  }
  if (column < columns) raggedPanel(a, strideA, b, b + blockBytes, c, strideC, rows, columns - column);
}

/** C[rows, 16] += A B for the rows of C from `c` to `lastC`, an even number of them, and one whole panel. */
function rowPairs(a: usize, strideA: usize, b: usize, end: usize, c: usize, lastC: usize, strideC: usize): void {
  while (c != lastC) {
    tile2x16(a, a + strideA, b, end, c, c + strideC);
    a += strideA << 1;
    c += strideC << 1;
  }
}

/** C[rows, width] += A B for a panel of which only `width` columns, 1 to 15, belong to B. */
function raggedPanel(a: usize, strideA: usize, b: usize, end: usize, c: usize, strideC: usize, rows: i32, width: i32): void {
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    tile4x8(a, strideA, b, end, c, strideC, min(width, 8));
    if (width > 8) tile4x8(a, strideA, b + 32, end + 32, c + 32, strideC, width - 8);
    a += strideA << 2;
    c += strideC << 2;
  }
  for (; row < rows; row++) {
    tile1x16(a, b, end, c, width);
    a += strideA;
    c += strideC;
  }
}
