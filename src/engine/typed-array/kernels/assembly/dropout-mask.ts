import { bytes, float, integer, pointer } from './arguments';

// Philox 4x32-10 (Salmon et al. 2011): multipliers and increments of the key.
const M0: u64 = 0xd2511f53;
const M1: u64 = 0xcd9e8d57;
const W0: u32 = 0x9e3779b9;
const W1: u32 = 0xbb67ae85;

/**
 * A mask of 0 and `scale`. Element j of local row r is word j & 3 of the Philox block with the counter
 * [global row, j >> 2, site, step] and the key [keyLow, keyHigh]: `scale` when its upper 24 bits are below `threshold`. Local rows
 * are time-major, `rowGroup` of them at a time from each `rowGroupStride` global rows, beginning with firstRow.
 *
 * Arguments: [dst, dstStride, rows, cols, keyLow, keyHigh, step (address of an i32), site, firstRow, rowGroup, rowGroupStride,
 * threshold, scale].
 */
export function dropoutMask(args: usize): void {
  let dst = pointer(args, 0);
  const stride = bytes(integer(args, 1));
  const rows = integer(args, 2);
  const columns = integer(args, 3);
  const keyLow = <u32>integer(args, 4);
  const keyHigh = <u32>integer(args, 5);
  const step = load<u32>(pointer(args, 6));
  const site = <u32>integer(args, 7);
  const firstRow = integer(args, 8);
  const group = integer(args, 9);
  const groupStride = integer(args, 10);
  const threshold = <u32>integer(args, 11);
  const scale = float(args, 12);
  for (let row = 0; row < rows; row++) {
    const globalRow = <u32>((row / group) * groupStride + firstRow + (row % group));
    for (let column = 0; column < columns; column += 4) {
      let x0 = globalRow;
      let x1 = <u32>column >> 2;
      let x2 = site;
      let x3 = step;
      let k0 = keyLow;
      let k1 = keyHigh;
      for (let round = 0; round < 10; round++) {
        const left = M0 * <u64>x0;
        const right = M1 * <u64>x2;
        x0 = <u32>(right >> 32) ^ x1 ^ k0;
        x1 = <u32>right;
        x2 = <u32>(left >> 32) ^ x3 ^ k1;
        x3 = <u32>left;
        k0 += W0;
        k1 += W1;
      }
      const place = dst + bytes(column);
      const left = columns - column;
      store<f32>(place, x0 >>> 8 < threshold ? scale : 0);
      if (left > 1) store<f32>(place, x1 >>> 8 < threshold ? scale : 0, 4);
      if (left > 2) store<f32>(place, x2 >>> 8 < threshold ? scale : 0, 8);
      if (left > 3) store<f32>(place, x3 >>> 8 < threshold ? scale : 0, 12);
    }
    dst += stride;
  }
}
