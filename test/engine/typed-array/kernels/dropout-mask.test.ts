import { describe, expect, it } from 'vitest';
import { philox4x32 } from '../../../../src/foundation/random.js';
import { bits, createArena } from './arena.js';

interface MaskOptions {
  rows: number;
  columns: number;
  keyLow?: number;
  keyHigh?: number;
  step?: number;
  site?: number;
  firstRow?: number;
  rowGroup?: number;
  rowGroupStride?: number;
  threshold: number;
  scale?: number;
}

function maskOf(options: MaskOptions, arena = createArena()): Float32Array {
  const {
    rows,
    columns,
    keyLow = 0,
    keyHigh = 0,
    step = 0,
    site = 0,
    firstRow = 0,
    rowGroup = rows,
    rowGroupStride = rows,
  } = options;
  const dst = arena.matrix(rows, columns, columns + 3, () => 9);
  const draw = [options.threshold, bits(options.scale ?? 1)];
  const place = [firstRow, rowGroup, rowGroupStride];
  arena.call(
    'dropoutMask',
    dst.pointer,
    dst.stride,
    rows,
    columns,
    keyLow,
    keyHigh,
    arena.list([step]),
    site,
    ...place,
    ...draw,
  );
  return arena.read(dst);
}

/** The upper 24 bits of a word that the kernel drew, found by bisection on the threshold: kept means below it. */
function drawnBits(place: Omit<MaskOptions, 'threshold'>, column: number): number {
  const arena = createArena();
  let low = 0;
  let high = 1 << 24;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (maskOf({ ...place, threshold: middle + 1 }, arena)[column] === 1) high = middle;
    else low = middle + 1;
  }
  return low;
}

describe('dropoutMask', () => {
  it('draws the published words of Philox 4x32-10', () => {
    // Known answers of the Random123 distribution. Its third counter needs j >> 2 = 0x85a308d3: too wide a row to test here.
    const zero = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8];
    zero.forEach((word, column) => {
      expect(drawnBits({ rows: 1, columns: 4 }, column)).toBe(word >>> 8);
    });
  });

  it('uses all of row, column, site, step and both keys, as the plain generator does', () => {
    const place = { keyLow: 0xa4093822 | 0, keyHigh: 0x299f31d0, step: 0x03707344, site: 0x13198a2e, firstRow: 0x243f6a88 };
    const words = new Uint32Array(4);
    for (const columns of [1, 2, 3, 5, 17, 65]) {
      const threshold = 0xb00000;
      const mask = maskOf({ rows: 3, columns, ...place, threshold, scale: 1.5 });
      for (let row = 0; row < 3; row++) {
        for (let column = 0; column < columns; column++) {
          philox4x32(
            Uint32Array.of(place.firstRow + row, column >> 2, place.site, place.step),
            place.keyLow,
            place.keyHigh,
            words,
          );
          expect(mask[row * columns + column]).toBe((words[column & 3] as number) >>> 8 < threshold ? 1.5 : 0);
        }
      }
    }
  });

  it("gives a shard its rows of the whole batch's mask", () => {
    const [steps, batch, shards, columns] = [3, 6, 2, 21];
    const common = { columns, keyLow: 5, step: 8, site: 2, threshold: 1 << 23 };
    const whole = maskOf({ ...common, rows: steps * batch });
    const rowsOfShard = batch / shards;
    for (let shard = 0; shard < shards; shard++) {
      const part = maskOf({
        ...common,
        rows: steps * rowsOfShard,
        firstRow: shard * rowsOfShard,
        rowGroup: rowsOfShard,
        rowGroupStride: batch,
      });
      for (let time = 0; time < steps; time++) {
        const from = (time * batch + shard * rowsOfShard) * columns;
        const own = time * rowsOfShard * columns;
        expect(part.subarray(own, own + rowsOfShard * columns)).toEqual(whole.subarray(from, from + rowsOfShard * columns));
      }
    }
  });

  it('keeps nothing at threshold 0, everything at 2^24, and the right share in between', () => {
    expect(maskOf({ rows: 10, columns: 33, threshold: 0 }).every((value) => value === 0)).toBe(true);
    expect(maskOf({ rows: 10, columns: 33, threshold: 1 << 24, scale: 2 }).every((value) => value === 2)).toBe(true);
    const mask = maskOf({ rows: 200, columns: 500, threshold: Math.round(0.7 * 2 ** 24) });
    const share = mask.reduce((sum, value) => sum + value, 0) / mask.length;
    expect(Math.abs(share - 0.7)).toBeLessThan(0.006);
  });
});
