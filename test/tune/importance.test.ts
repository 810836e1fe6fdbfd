import { describe, expect, it } from 'vitest';
import { importanceOf } from '../../src/tune/importance.js';
import { searchSpace } from '../../src/tune/search-space.js';
import { scrambledSobol } from '../../src/tune/sobol.js';
import type { Trial } from '../../src/tune/trial.js';

const space = searchSpace(['a=linear(0,1)', 'b=linear(0,1)', 'c=x,y,z', 'd=log(1,10)']);

function trialsOf(loss: (point: readonly number[]) => number, count = 40): Trial[] {
  return Array.from({ length: count }, (_, number) => {
    const point = scrambledSobol(number, space.length, 5);
    return { number, point, results: [{ rung: 0, loss: loss(point) }] };
  });
}

const sharesOf = (trials: readonly Trial[]) => importanceOf(space, trials).map(({ share }) => share);

describe('importanceOf', () => {
  it('gives everything to the only key that matters', () => {
    const [a, ...others] = sharesOf(trialsOf(([x]) => 2 + (x! - 0.5) ** 2)) as [number, ...number[]];
    expect(a).toBeGreaterThan(0.9);
    expect(Math.max(...others)).toBeLessThan(0.05);
  });

  it('divides it in proportion to the variances of a sum', () => {
    // Small differences, so that the logarithm and the limit for bad candidates change little: variances 4/12 and 1/12.
    const [a, b, c, d] = sharesOf(trialsOf(([x, y]) => 5 + 0.02 * x! + 0.01 * y!)) as [number, number, number, number];
    expect(a).toBeGreaterThan(0.68);
    expect(a).toBeLessThan(0.92);
    expect(a + b).toBeGreaterThan(0.95);
    expect(c + d).toBeLessThan(0.05);
  });

  it('sees choices, and keys that matter only together', () => {
    const choice = sharesOf(trialsOf((point) => (point[2]! < 1 / 3 ? 1 : 2)));
    expect(choice[2]).toBeGreaterThan(0.85);
    const [a, b] = sharesOf(trialsOf(([x, y]) => 3 + (x! - 0.5) * (y! - 0.5), 60)) as [number, number];
    expect(Math.min(a, b)).toBeGreaterThan(0.3);
  });

  it('is of the highest rung that was reached', () => {
    const trials = trialsOf(([x]) => 2 + x!).map((trial) => ({
      ...trial,
      results: [...trial.results, { rung: 1, loss: 1 + trial.point[1]! }],
    }));
    const [a, b] = sharesOf(trials) as [number, number];
    expect(b).toBeGreaterThan(2 * a);
  });

  it('copes with trainings that diverged, and adds up to 1', () => {
    const shares = sharesOf(trialsOf(([x]) => (x! > 0.7 ? Number.POSITIVE_INFINITY : 2 - x!)));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(shares[0]).toBeGreaterThan(0.8);
  });

  it('is empty where nothing is known', () => {
    expect(importanceOf(space, [])).toEqual([]);
    expect(
      importanceOf(
        space,
        trialsOf(() => Number.POSITIVE_INFINITY),
      ),
    ).toEqual([]);
    expect(
      importanceOf(
        space,
        trialsOf(() => 2, 2),
      ),
    ).toEqual([]);
  });
});
