// Operations on the selected rows of a window. A selection is Int32: the number n of the rows, then their n places in ascending order.
// Compact matrices have their n rows one after another. See ../../../../graph/operations/selected-rows.ts.

import { bytes, float, integer, pointer } from './arguments';
import { fillRows } from './copying';
import { multiplyPanels } from './matrix-product';
import { PANEL_BYTES } from './matrix-tiles';
import { packPanel } from './packing';
import { crossEntropyOfRow, gradientOfRow } from './softmax-cross-entropy';
import { transposeMatrix } from './transpose';

/**
 * Writes the selection of those rows whose ids are at least `first` and less than `end`.
 *
 * Arguments: [ids, rows, first, end, selection].
 */
export function selectRows(args: usize): void {
  const ids = pointer(args, 0);
  const rows = integer(args, 1);
  const first = integer(args, 2);
  const end = integer(args, 3);
  const selection = pointer(args, 4);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const id = integer(ids, row);
    if (id >= first && id < end) store<i32>(selection + bytes(++count), row);
  }
  store<i32>(selection, count);
}

/**
 * dst[r] = label where ids[r] is at least `first` and less than `end`, else ids[r]; all Int32.
 *
 * Arguments: [ids, rows, first, end, label, dst].
 */
export function relabelRange(args: usize): void {
  const ids = pointer(args, 0);
  const rows = integer(args, 1);
  const first = integer(args, 2);
  const end = integer(args, 3);
  const label = integer(args, 4);
  const dst = pointer(args, 5);
  for (let row = 0; row < rows; row++) {
    const id = integer(ids, row);
    store<i32>(dst + bytes(row), id >= first && id < end ? label : id);
  }
}

/**
 * dst[i] = src[row i of the selection], for rows of `columns` elements.
 *
 * Arguments: [src, srcStride, selection, columns, dst, dstStride].
 */
export function gatherSelected(args: usize): void {
  const src = pointer(args, 0);
  const srcStride = bytes(integer(args, 1));
  const selection = pointer(args, 2);
  const rowBytes = bytes(integer(args, 3));
  let dst = pointer(args, 4);
  const dstStride = bytes(integer(args, 5));
  const count = integer(selection, 0);
  for (let i = 1; i <= count; i++) {
    memory.copy(dst, src + <usize>integer(selection, i) * srcStride, rowBytes);
    dst += dstStride;
  }
}

/**
 * dst[row i of the selection] = src[i], and 0 in the other of the `rows` rows of `columns` elements.
 *
 * Arguments: [src, srcStride, selection, rows, columns, dst, dstStride].
 */
export function scatterSelected(args: usize): void {
  let src = pointer(args, 0);
  const srcStride = bytes(integer(args, 1));
  const selection = pointer(args, 2);
  const columns = integer(args, 4);
  const dst = pointer(args, 5);
  const dstStride = bytes(integer(args, 6));
  fillRows(dst, dstStride, integer(args, 3), columns, 0);
  const count = integer(selection, 0);
  for (let i = 1; i <= count; i++) {
    memory.copy(dst + <usize>integer(selection, i) * dstStride, src, bytes(columns));
    src += srcStride;
  }
}

/**
 * C[n, N] = A[n, K] B[K, N] for the n rows of the selection, with B packed by packPanels.
 *
 * Arguments: [A, strideA, packed B, C, strideC, N, K, selection].
 */
export function selectedProduct(args: usize): void {
  const rows = integer(pointer(args, 7), 0);
  const strideA = bytes(integer(args, 1));
  const strideC = bytes(integer(args, 4));
  multiplyPanels(pointer(args, 0), strideA, pointer(args, 2), pointer(args, 3), strideC, rows, integer(args, 5), integer(args, 6), true);
}

/**
 * dst[columns, n] = the transposed src[n, columns], its rows n elements apart.
 *
 * Arguments: [src, srcStride, columns, dst, selection].
 */
export function transposeSelected(args: usize): void {
  const rows = integer(pointer(args, 4), 0);
  transposeMatrix(pointer(args, 0), bytes(integer(args, 1)), rows, integer(args, 2), pointer(args, 3), bytes(rows));
}

/**
 * Packs B[n, N] as packPanels does.
 *
 * Arguments: [src, rowStride, N, dst, selection].
 */
export function packSelected(args: usize): void {
  const src = pointer(args, 0);
  const stride = bytes(integer(args, 1));
  const N = integer(args, 2);
  let dst = pointer(args, 3);
  const K = integer(pointer(args, 4), 0);
  for (let column = 0; column < N; column += 16) {
    packPanel(src + bytes(column), stride, K, min(16, N - column), false, dst);
    dst += <usize>K * PANEL_BYTES;
  }
}

/**
 * C[M, N] (+)= A[M, n] B[n, N] for rows firstRow to firstRow + M - 1 of A and columns firstColumn (a multiple of 16) to
 * firstColumn + N - 1 of B, with A as transposeSelected and B as packSelected leave them.
 *
 * Arguments: [A, packed B, C, strideC, firstRow, M, firstColumn, N, accumulate, selection].
 */
export function selectedOuterProduct(args: usize): void {
  const n = integer(pointer(args, 9), 0);
  const a = pointer(args, 0) + <usize>integer(args, 4) * bytes(n);
  const panels = pointer(args, 1) + <usize>(integer(args, 6) >> 4) * <usize>n * PANEL_BYTES;
  const clear = integer(args, 8) == 0;
  multiplyPanels(a, bytes(n), panels, pointer(args, 2), bytes(integer(args, 3)), integer(args, 5), integer(args, 7), n, clear);
}

/**
 * loss[i] = -ln softmax(logits[i])[targets[row i of the selection] - first], as softmaxCrossEntropy computes it.
 *
 * Arguments: [logits, stride, targets, selection, first, classes, loss].
 */
export function selectedCrossEntropy(args: usize): void {
  let logits = pointer(args, 0);
  const stride = bytes(integer(args, 1));
  const targets = pointer(args, 2);
  const selection = pointer(args, 3);
  const first = integer(args, 4);
  const classes = integer(args, 5);
  const loss = pointer(args, 6);
  const count = integer(selection, 0);
  for (let i = 0; i < count; i++) {
    const target = integer(targets, integer(selection, i + 1)) - first;
    store<f32>(loss + bytes(i), crossEntropyOfRow(logits, target, classes));
    logits += stride;
  }
}

/**
 * dst[i] = (softmax(logits[i]) - onehot(target)) * dLoss[i], as softmaxCrossEntropyGradient computes it. dst may be logits.
 *
 * Arguments: [logits, stride, targets, selection, first, loss, dLoss, classes, dst, dstStride].
 */
export function selectedCrossEntropyGradient(args: usize): void {
  let logits = pointer(args, 0);
  const stride = bytes(integer(args, 1));
  const targets = pointer(args, 2);
  const selection = pointer(args, 3);
  const first = integer(args, 4);
  const loss = pointer(args, 5);
  const dLoss = pointer(args, 6);
  const classes = integer(args, 7);
  let dst = pointer(args, 8);
  const dstStride = bytes(integer(args, 9));
  const count = integer(selection, 0);
  for (let i = 0; i < count; i++) {
    const scale = float(dLoss, i);
    const target = integer(targets, integer(selection, i + 1)) - first;
    if (scale == 0) fillRows(dst, dstStride, 1, classes, 0);
    else gradientOfRow(logits, target, float(loss, i), scale, classes, dst);
    logits += stride;
    dst += dstStride;
  }
}
