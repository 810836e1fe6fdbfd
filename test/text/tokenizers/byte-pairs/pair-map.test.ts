import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPairMap } from '../../../../src/text/tokenizers/byte-pairs/pair-map.js';

const id = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 500_000 }));

describe('a map of pairs', () => {
  it('contains the same as a Map', () => {
    const entries = fc.array(fc.tuple(id, id, fc.integer({ min: 0, max: 0x7fff_ffff })), { maxLength: 300 });
    fc.assert(
      fc.property(entries, id, id, (list, left, right) => {
        const map = createPairMap();
        const plain = new Map<string, number>();
        for (const [a, b, value] of list) {
          map.set(a, b, value);
          plain.set(`${a} ${b}`, value);
        }
        for (const [a, b] of [...list, [left, right] as const]) expect(map.get(a, b)).toBe(plain.get(`${a} ${b}`) ?? -1);
      }),
    );
  });

  it('grows, and distinguishes a pair from its reverse', () => {
    const map = createPairMap();
    for (let i = 0; i < 300; i++) for (let j = 0; j < 300; j++) map.set(i, j, 1000 * i + j);
    for (let i = 0; i < 300; i++) for (let j = 0; j < 300; j++) expect(map.get(i, j) === 1000 * i + j).toBe(true);
    expect(map.get(300, 0)).toBe(-1);
  });
});
