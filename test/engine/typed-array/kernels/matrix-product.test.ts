import { describe, expect, it } from 'vitest';
import { type Arena, createArena, type Matrix, randomValues } from './arena.js';

const fround = Math.fround;

/** Packs B[K, N], which is stored as it is or transposed, and gives the address of the panels. */
function pack(arena: Arena, B: Matrix, K: number, N: number, transposed: boolean): number {
  const panels = Math.ceil(N / 16);
  const packed = arena.words(panels * 16 * K);
  arena.call('packPanels', B.pointer, B.stride, K, N, Number(transposed), packed, 0, panels);
  return packed;
}

/** The kernel's own order of operations: f32 sums over blocks of 512, each added to C. */
function plainProduct(A: Float32Array, B: Float32Array, C: Float32Array, M: number, N: number, K: number): Float32Array {
  const result = C.slice();
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < N; n++) {
      for (let block = 0; block < K; block += 512) {
        let sum = 0;
        for (let k = block; k < Math.min(K, block + 512); k++) {
          sum = fround(sum + fround((A[m * K + k] as number) * (B[k * N + n] as number)));
        }
        result[m * N + n] = fround((result[m * N + n] as number) + sum);
      }
    }
  }
  return result;
}

const sizes = [
  [1, 1, 1],
  [1, 32, 5],
  [2, 16, 3],
  [3, 17, 2],
  [5, 65, 7],
  [1, 100, 513],
  [7, 49, 1030],
  [131, 31, 20],
  [257, 64, 4],
] as const;

describe('matrixProduct', () => {
  for (const [M, N, K] of sizes) {
    for (const transposed of [false, true]) {
      for (const accumulate of [false, true]) {
        it(`is the plain product bit for bit: ${M}x${N}x${K}${transposed ? ', B transposed' : ''}${accumulate ? ', accumulating' : ''}`, () => {
          const arena = createArena();
          const random = randomValues(M * 1000 + N + K);
          const A = arena.matrix(M, K, K + 3, random);
          const stored = transposed ? arena.matrix(N, K, K + 1, random) : arena.matrix(K, N, N + 5, random);
          const C = arena.matrix(M, N, N + 2, random);
          const before = arena.read(C);
          const packed = pack(arena, stored, K, N, transposed);
          arena.call('matrixProduct', A.pointer, A.stride, packed, C.pointer, C.stride, M, N, K, Number(accumulate));
          const values = arena.read(stored);
          const B = transposed
            ? Float32Array.from({ length: K * N }, (_, i) => values[(i % N) * K + Math.floor(i / N)] as number)
            : values;
          const expected = plainProduct(arena.read(A), B, accumulate ? before : new Float32Array(M * N), M, N, K);
          expect(arena.read(C)).toEqual(expected);
        });
      }
    }
  }

  it('gives the same bits when rows and panels are divided among threads', () => {
    const arena = createArena();
    const random = randomValues(9);
    const [M, N, K] = [21, 75, 600];
    const A = arena.matrix(M, K, K, random);
    const B = arena.matrix(K, N, N, random);
    const packed = pack(arena, B, K, N, false);
    const whole = arena.matrix(M, N, N, () => 0);
    arena.call('matrixProduct', A.pointer, K, packed, whole.pointer, N, M, N, K, 0);
    const parts = arena.matrix(M, N, N, () => 0);
    for (const [firstRow, lastRow] of [
      [0, 1],
      [1, 8],
      [8, 21],
    ] as const) {
      for (const [firstColumn, lastColumn] of [
        [0, 16],
        [16, 64],
        [64, 75],
      ] as const) {
        const panel = packed + 4 * K * firstColumn;
        const corner = parts.pointer + 4 * (firstRow * N + firstColumn);
        arena.call(
          'matrixProduct',
          A.pointer + 4 * firstRow * K,
          K,
          panel,
          corner,
          N,
          lastRow - firstRow,
          lastColumn - firstColumn,
          K,
          0,
        );
      }
    }
    expect(arena.read(parts)).toEqual(arena.read(whole));
  });

  it('propagates a NaN in A only to its row', () => {
    const arena = createArena();
    const A = arena.matrix(3, 2, 2, (row, column) => (row === 1 && column === 0 ? Number.NaN : 1));
    const B = arena.matrix(2, 18, 18, () => 0);
    const C = arena.matrix(3, 18, 18, () => 5);
    arena.call('matrixProduct', A.pointer, 2, pack(arena, B, 2, 18, false), C.pointer, 18, 3, 18, 2, 0);
    const result = arena.read(C);
    expect(result.subarray(18, 36).every(Number.isNaN)).toBe(true);
    expect(result.subarray(0, 18).every((value) => value === 0) && result.subarray(36).every((value) => value === 0)).toBe(
      true,
    );
  });

  it('is zero, or does not change C, when the inner dimension is empty', () => {
    const arena = createArena();
    const C = arena.matrix(2, 5, 6, () => 3);
    arena.call('matrixProduct', 1024, 0, 1024, C.pointer, C.stride, 2, 5, 0, 1);
    expect(arena.read(C)).toEqual(new Float32Array(10).fill(3));
    arena.call('matrixProduct', 1024, 0, 1024, C.pointer, C.stride, 2, 5, 0, 0);
    expect(arena.read(C)).toEqual(new Float32Array(10));
  });
});
