import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundToBfloat16 } from '../../src/files/half-precision.js';
import type { GradientPrecision } from '../../src/parallel/team.js';
import { createGradientSums } from '../../src/train/gradient-sums.js';

describe('the gradients of an update', () => {
  it('are added over its windows, and given after the last one', () => {
    const sums = createGradientSums(2);
    const gradientsOf = (windows: readonly number[][]) => {
      let last = new Float32Array(2);
      for (const [index, window] of windows.entries()) {
        last = Float32Array.from(window);
        sums.addWindow(last, { index, count: windows.length });
      }
      return [...last];
    };
    const three = [
      [1, 2],
      [10, 20],
      [100, 200],
    ];
    expect(gradientsOf(three)).toEqual([111, 222]);
    // Nothing is left of the update before.
    expect(gradientsOf(three.slice(0, 2))).toEqual([11, 22]);
    expect(gradientsOf([[5, 6]])).toEqual([5, 6]);
    expect(gradientsOf(three)).toEqual([111, 222]);
  });

  const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 });
  const sumOf = (sums: ReturnType<typeof createGradientSums>, values: readonly number[]) => {
    const gradients = new Float32Array(1);
    for (const [index, value] of values.entries()) {
      gradients[0] = value;
      sums.addMicrobatch(gradients, { index, count: values.length });
    }
    return gradients[0]!;
  };
  /** The definition: the first half is the largest power of two below the number. */
  const treeOf = (values: readonly number[], precision: GradientPrecision): number => {
    if (values.length === 1) return Math.fround(values[0]!);
    let half = 1;
    while (2 * half < values.length) half *= 2;
    const [a, b] = [values.slice(0, half), values.slice(half)].map((part) => rounded(treeOf(part, precision), precision));
    return Math.fround(a! + b!);
  };
  const rounded = (value: number, precision: GradientPrecision) => {
    const values = Float32Array.of(value);
    if (precision === 'bfloat16') roundToBfloat16(values);
    return values[0]!;
  };

  it.each(['float32', 'bfloat16'] as const)('are added over microbatches by pairs, bit for bit, rounded to %s', (precision) => {
    const sums = createGradientSums(1, precision);
    fc.assert(
      fc.property(fc.array(float, { minLength: 1, maxLength: 21 }), (values) => {
        expect(sumOf(sums, values)).toBe(treeOf(values, precision));
      }),
    );
  });

  it('are the same if groups of 2^k microbatches are added apart, and then the groups', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 6 }),
        fc.infiniteStream(float),
        (k, groups, stream) => {
          const size = [1, 2, 4, 8][k]!;
          const values = Array.from({ length: size * groups }, () => stream.next().value as number);
          const parts = Array.from({ length: groups }, (_, i) =>
            sumOf(createGradientSums(1), values.slice(i * size, (i + 1) * size)),
          );
          expect(sumOf(createGradientSums(1), parts)).toBe(sumOf(createGradientSums(1), values));
        },
      ),
    );
  });
});
