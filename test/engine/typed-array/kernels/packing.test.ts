import { describe, expect, it } from 'vitest';
import { createArena, randomValues } from './arena.js';

describe('packPanels', () => {
  for (const [K, N] of [
    [1, 1],
    [3, 5],
    [4, 16],
    [5, 17],
    [9, 31],
    [16, 65],
  ] as const) {
    for (const transposed of [false, true]) {
      it(`lays ${K}x${N}${transposed ? ' (stored transposed)' : ''} out in panels of 16 columns, the last padded with zeros`, () => {
        const arena = createArena();
        const random = randomValues(K * N);
        const src = transposed ? arena.matrix(N, K, K + 3, random) : arena.matrix(K, N, N + 2, random);
        const panels = Math.ceil(N / 16);
        const dst = arena.matrix(1, panels * 16 * K, panels * 16 * K, () => 7);
        // In two calls, as two threads would.
        const middle = panels >> 1;
        arena.call('packPanels', src.pointer, src.stride, K, N, Number(transposed), dst.pointer, middle, panels);
        arena.call('packPanels', src.pointer, src.stride, K, N, Number(transposed), dst.pointer, 0, middle);
        const values = arena.read(src);
        const expected = new Float32Array(panels * 16 * K);
        for (let k = 0; k < K; k++) {
          for (let n = 0; n < N; n++) {
            expected[(n >> 4) * 16 * K + k * 16 + (n & 15)] = values[transposed ? n * K + k : k * N + n] as number;
          }
        }
        expect(arena.read(dst)).toEqual(expected);
      });
    }
  }
});
