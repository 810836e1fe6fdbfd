import { bytes, integer, pointer } from './arguments';
import { PANEL_BYTES } from './matrix-tiles';
import { transpose4x4 } from './transpose';

/**
 * Packs B[K, N] into panels of 16 columns, as matrixProduct reads it. Panel p holds columns 16 p to 16 p + 15, row after row,
 * at p * K * 16 elements from dst; columns past N are zero. The whole takes ceil(N / 16) * 16 * K elements.
 *
 * B[k][n] is src[k * rowStride + n], or src[n * rowStride + k] when transposed. Panels firstPanel up to, not including,
 * lastPanel are written, so that threads can share the work.
 *
 * Arguments: [src, rowStride, K, N, transposed, dst, firstPanel, lastPanel].
 */
export function packPanels(args: usize): void {
  const src = pointer(args, 0);
  const stride = bytes(integer(args, 1));
  const K = integer(args, 2);
  const N = integer(args, 3);
  const transposed = integer(args, 4) != 0;
  const lastPanel = integer(args, 7);
  const panelBytes = <usize>K * PANEL_BYTES;
  for (let panel = integer(args, 6); panel < lastPanel; panel++) {
    const column = panel << 4;
    const width = min(16, N - column);
    const from = src + (transposed ? <usize>column * stride : bytes(column));
    packPanel(from, stride, K, width, transposed, pointer(args, 5) + <usize>panel * panelBytes);
  }
}

/** Packs `width` columns of K elements, from `src` on, into one panel. The stride is in bytes. */
export function packPanel(src: usize, stride: usize, K: i32, width: i32, transposed: bool, dst: usize): void {
  if (width < 16) memory.fill(dst, 0, <usize>K * PANEL_BYTES);
  if (transposed) packColumns(src, stride, K, width, dst);
  else packRows(src, stride, K, width, dst);
}

/** Copies K rows of `width` elements into a panel. */
function packRows(src: usize, stride: usize, K: i32, width: i32, dst: usize): void {
  for (let k = 0; k < K; k++) {
    if (width == 16) {
      v128.store(dst, v128.load(src));
      v128.store(dst, v128.load(src, 16), 16);
      v128.store(dst, v128.load(src, 32), 32);
      v128.store(dst, v128.load(src, 48), 48);
    } else {
      memory.copy(dst, src, bytes(width));
    }
    src += stride;
    dst += PANEL_BYTES;
  }
}

/** Copies `width` rows of K elements into the columns of a panel, four rows at a time. */
function packColumns(src: usize, stride: usize, K: i32, width: i32, dst: usize): void {
  let column = 0;
  for (; column + 4 <= width; column += 4) {
    const from = src + <usize>column * stride;
    const to = dst + bytes(column);
    let k = 0;
    for (; k + 4 <= K; k += 4) transpose4x4(from + bytes(k), stride, to + <usize>k * PANEL_BYTES, PANEL_BYTES);
    for (; k < K; k++) {
      for (let j = 0; j < 4; j++) {
        store<f32>(to + <usize>k * PANEL_BYTES + bytes(j), load<f32>(from + <usize>j * stride + bytes(k)));
      }
    }
  }
  for (; column < width; column++) {
    const from = src + <usize>column * stride;
    const to = dst + bytes(column);
    for (let k = 0; k < K; k++) store<f32>(to + <usize>k * PANEL_BYTES, load<f32>(from + bytes(k)));
  }
}
