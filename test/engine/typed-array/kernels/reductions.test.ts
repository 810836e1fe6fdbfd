import { describe, expect, it } from 'vitest';
import { createArena, randomValues } from './arena.js';

const fround = Math.fround;

const shapes = [
  [1, 1],
  [3, 2],
  [2, 5],
  [5, 16],
  [7, 17],
  [65, 35],
  [300, 67],
] as const;

describe.each(shapes)('on %i x %i elements', (rows, columns) => {
  it.each([false, true])(
    'columnSums adds in ascending order of rows, however columns are shared out (accumulating: %s)',
    (accumulate) => {
      const arena = createArena();
      const random = randomValues(rows + columns);
      const src = arena.matrix(rows, columns, columns + 3, random);
      const dst = arena.matrix(1, columns, columns, random);
      const values = arena.read(src);
      const expected = arena.read(dst).map((before, column) => {
        let sum = 0;
        for (let row = 0; row < rows; row++) sum = fround(sum + (values[row * columns + column] as number));
        return accumulate ? before + sum : sum;
      });
      const middle = Math.floor(columns / 2);
      for (const [first, last] of [
        [0, middle],
        [middle, columns],
      ] as const) {
        arena.call('columnSums', src.pointer, src.stride, rows, first, last, dst.pointer, Number(accumulate));
      }
      expect(arena.read(dst)).toEqual(expected);
    },
  );

  it.each([false, true])('rowSums adds each row, independent of its stride (accumulating: %s)', (accumulate) => {
    const arena = createArena();
    const random = randomValues(rows * columns);
    const src = arena.matrix(rows, columns, columns + 3, random);
    const values = arena.read(src);
    const dense = arena.matrix(rows, columns, columns, (row, column) => values[row * columns + column] as number);
    const results = [src, dense].map((matrix) => {
      const dst = arena.matrix(1, rows, rows, () => 0.5);
      arena.call('rowSums', matrix.pointer, matrix.stride, rows, columns, dst.pointer, Number(accumulate));
      return arena.read(dst);
    });
    expect(results[1]).toEqual(results[0]);
    results[0]?.forEach((result, row) => {
      const exact = values
        .subarray(row * columns, (row + 1) * columns)
        .reduce((sum, value) => sum + value, accumulate ? 0.5 : 0);
      expect(Math.abs(result - exact)).toBeLessThan(1e-5);
    });
  });
});

describe('sumOfSquares', () => {
  it.each([1, 2, 7, 8, 9, 63, 1001])('adds %i squares in f64', (count) => {
    const arena = createArena();
    const src = arena.matrix(1, count, count, randomValues(count));
    const dst = arena.words(2);
    arena.call('sumOfSquares', src.pointer, count, dst);
    const exact = arena.read(src).reduce((sum, value) => sum + value * value, 0);
    const result = new Float64Array(arena.memory.buffer, dst, 1)[0] as number;
    expect(Math.abs(result / exact - 1)).toBeLessThan(1e-14);
  });

  it('does not overflow where f32 would', () => {
    const arena = createArena();
    const src = arena.matrix(1, 9, 9, () => 3e38);
    const dst = arena.words(2);
    arena.call('sumOfSquares', src.pointer, 9, dst);
    const result = new Float64Array(arena.memory.buffer, dst, 1)[0] as number;
    expect(result / (9 * fround(3e38) * fround(3e38))).toBeCloseTo(1, 12);
  });
});

it('sumOfDoubles adds in f64 and rounds once', () => {
  const arena = createArena();
  const src = arena.words(6);
  const dst = arena.matrix(1, 1, 1, () => 9);
  new Float64Array(arena.memory.buffer, src, 3).set([1, 2 ** -40, -1]);
  arena.call('sumOfDoubles', src, 3, dst.pointer);
  expect(arena.read(dst)[0]).toBe(2 ** -40);
});

it('every reduction propagates NaN', () => {
  for (const place of [0, 16, 18]) {
    const arena = createArena();
    const src = arena.matrix(1, 19, 19, (_, column) => (column === place ? Number.NaN : 1));
    const dst = arena.words(40);
    arena.call('columnSums', src.pointer, 19, 1, 0, 19, dst, 0);
    expect(arena.floats[(dst >> 2) + place]).toBeNaN();
    arena.call('rowSums', src.pointer, 19, 1, 19, dst, 0);
    expect(arena.floats[dst >> 2]).toBeNaN();
    arena.call('sumOfSquares', src.pointer, 19, dst);
    expect(new Float64Array(arena.memory.buffer, dst, 1)[0]).toBeNaN();
  }
});
