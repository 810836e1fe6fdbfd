import { describe, expect, it } from 'vitest';
import { bits, createArena, randomValues } from './arena.js';

/** Sizes around the width of a vector and of the transpose's blocks, with strides that leave gaps. */
const shapes = [
  [1, 1],
  [2, 3],
  [3, 4],
  [5, 17],
  [17, 5],
  [33, 65],
  [64, 36],
] as const;

describe.each(shapes)('on %i x %i elements', (rows, columns) => {
  const random = randomValues(rows * columns);

  it('transpose swaps rows and columns and writes nothing else', () => {
    const arena = createArena();
    const src = arena.matrix(rows, columns, columns + 3, random);
    const dst = arena.matrix(columns, rows, rows + 2, () => 9);
    arena.call('transpose', src.pointer, src.stride, rows, columns, dst.pointer, dst.stride);
    const values = arena.read(src);
    const expected = Float32Array.from(
      { length: rows * columns },
      (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] as number,
    );
    expect(arena.read(dst)).toEqual(expected);
  });

  it('copyMatrix copies and writes nothing else', () => {
    const arena = createArena();
    const src = arena.matrix(rows, columns, columns + 3, random);
    const dst = arena.matrix(rows, columns, columns + 1, () => 9);
    arena.call('copyMatrix', src.pointer, src.stride, dst.pointer, dst.stride, rows, columns);
    expect(arena.read(dst)).toEqual(arena.read(src));
  });

  it('addMatrix adds to the existing elements, in f32', () => {
    const arena = createArena();
    const src = arena.matrix(rows, columns, columns + 3, random);
    const dst = arena.matrix(rows, columns, columns + 1, random);
    const expected = arena.read(dst).map((value, i) => value + (arena.read(src)[i] as number));
    arena.call('addMatrix', src.pointer, src.stride, dst.pointer, dst.stride, rows, columns);
    expect(arena.read(dst)).toEqual(expected);
  });

  it.each([0, 3])('fill sets every element, and only those (gap of %i)', (gap) => {
    const arena = createArena();
    const dst = arena.matrix(rows, columns, columns + gap, () => 9);
    arena.call('fill', dst.pointer, dst.stride, rows, columns, bits(-1.25));
    expect(arena.read(dst)).toEqual(new Float32Array(rows * columns).fill(-1.25));
  });

  it('gatherRows copies the rows of the ids', () => {
    const arena = createArena();
    const table = arena.matrix(7, columns, columns + 1, random);
    const dst = arena.matrix(rows, columns, columns + 2, () => 9);
    const ids = Array.from({ length: rows }, (_, row) => (row * 5) % 7);
    arena.call('gatherRows', table.pointer, table.stride, arena.list(ids), rows, columns, dst.pointer, dst.stride);
    const values = arena.read(table);
    const expected = ids.flatMap((id) => [...values.subarray(id * columns, (id + 1) * columns)]);
    expect(arena.read(dst)).toEqual(Float32Array.from(expected));
  });

  it('scatterAddRows adds row after row, with the same bits when columns are divided among threads', () => {
    const arena = createArena();
    const src = arena.matrix(rows, columns, columns + 1, random);
    const whole = arena.matrix(4, columns, columns + 2, (row, column) => row + column / 8);
    const shared = arena.matrix(4, columns, columns + 2, (row, column) => row + column / 8);
    const ids = Array.from({ length: rows }, (_, row) => (row * 3) % 4);
    const list = arena.list(ids);
    const expected = arena.read(whole);
    const values = arena.read(src);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const at = (ids[row] as number) * columns + column;
        expected[at] = (expected[at] as number) + (values[row * columns + column] as number);
      }
    }
    const call = (first: number, last: number, dst: typeof whole) =>
      arena.call('scatterAddRows', src.pointer, src.stride, list, rows, first, last, dst.pointer, dst.stride);
    call(0, columns, whole);
    const middle = Math.floor(columns / 3);
    call(middle, columns, shared);
    call(0, middle, shared);
    expect(arena.read(whole)).toEqual(expected);
    expect(arena.read(shared)).toEqual(expected);
  });

  it('gatherColumns and scatterColumns use the columns that each row names, and no index beyond the row', () => {
    const arena = createArena();
    const width = columns;
    const chosen = 6;
    const wide = arena.matrix(rows, width, width + 3, random);
    // Two equal indices, and one on each side of the row.
    const indices = arena.matrix(rows, chosen, chosen + 1, (row, k) => [row % width, 0, width - 1, 0, -1, width][k]!);
    const few = arena.matrix(rows, chosen, chosen + 2, () => 9);
    const sums = arena.matrix(rows, width, width + 1, () => 9);
    const named = [indices.pointer, indices.stride, rows, chosen];
    arena.call('gatherColumns', wide.pointer, wide.stride, ...named, few.pointer, few.stride, width);
    arena.call('scatterColumns', few.pointer, few.stride, ...named, sums.pointer, sums.stride, width);
    const [values, gathered, scattered] = [wide, few, sums].map((matrix) => arena.read(matrix));
    for (let row = 0; row < rows; row++) {
      const own = values!.subarray(row * width, (row + 1) * width);
      const expected = [own[row % width]!, own[0]!, own[width - 1]!, own[0]!, 0, 0];
      expect([...gathered!.subarray(row * chosen, (row + 1) * chosen)]).toEqual(expected);
      const total = new Float32Array(width);
      [row % width, 0, width - 1, 0].forEach((index, k) => {
        total[index]! += expected[k]!;
      });
      expect(scattered!.subarray(row * width, (row + 1) * width)).toEqual(total);
    }
  });
});
