import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHeap } from '../../../../src/text/tokenizers/byte-pairs/heap.js';

describe('a heap', () => {
  it('returns the first of its items, for any mixture of pushes and pops', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 20 }))), (actions) => {
        const heap = createHeap<number>((a, b) => a < b);
        const items: number[] = [];
        for (const item of [...actions, ...actions.map(() => null)]) {
          if (item === null) {
            items.sort((a, b) => a - b);
            expect(heap.pop()).toBe(items.shift());
          } else {
            heap.push(item);
            items.push(item);
          }
        }
      }),
    );
  });
});
