import { describe, expect, it } from 'vitest';
import { lossModel } from '../../src/tune/loss-model.js';
import { searchSpace } from '../../src/tune/search-space.js';
import { scrambledSobol } from '../../src/tune/sobol.js';
import type { Trial } from '../../src/tune/trial.js';

const space = searchSpace(['a=linear(0,1)', 'b=linear(0,1)']);

/** Losses exp(v), v = (a - 0.4)^2 at the first rung and 0.5 less at the second, which the best third has reached. */
function trialsOf(count: number, far = (a: number) => a): Trial[] {
  const all = Array.from({ length: count }, (_, number) => {
    const point = scrambledSobol(number, 2, 3);
    return { number, point, value: (point[0]! - 0.4) ** 2 };
  });
  const best = new Set(all.toSorted((x, y) => x.value - y.value).slice(0, Math.floor(count / 3)));
  return all.map((one) => ({
    number: one.number,
    point: one.point,
    results: [
      { rung: 0, loss: far(Math.exp(one.value)) },
      ...(best.has(one) ? [{ rung: 1, loss: Math.exp(one.value - 0.5) }] : []),
    ],
  }));
}

describe('lossModel', () => {
  it('expects the logarithm of the loss at the highest rung with results', () => {
    const { predict } = lossModel({ space, rungs: 4 }, trialsOf(24), [])!;
    for (const a of [0.3, 0.5]) expect(predict([a, 0.5]).mean).toBeCloseTo((a - 0.4) ** 2 - 0.5, 1);
  });

  it('lists each point once, the best expected one first', () => {
    const trials = trialsOf(24);
    const { seen } = lossModel({ space, rungs: 4 }, trials, [])!;
    expect(seen).toHaveLength(24);
    expect(seen.map(({ mean }) => mean)).toEqual(seen.map(({ mean }) => mean).sort((x, y) => x - y));
    expect(Math.abs(seen[0]!.inputs[0]! - 0.4)).toBeLessThan(0.15);
  });

  it('does not distinguish how bad bad candidates are', () => {
    const bad = (worse: number) => (loss: number) => (loss > Math.exp(0.16) ? worse : loss);
    const means = [50, 1e9, Number.POSITIVE_INFINITY].map(
      (worse) => lossModel({ space, rungs: 2 }, trialsOf(24, bad(worse)), [])!.predict([0.45, 0.5]).mean,
    );
    expect(means[1]).toBe(means[0]);
    expect(means[2]).toBeCloseTo(means[0]!, 1);
  });

  it('is more certain of what is running', () => {
    const point = [0.9, 0.9];
    const deviation = (running: boolean) =>
      lossModel({ space, rungs: 2 }, trialsOf(9), running ? [{ trial: 9, point, rung: 0 }] : [])!.predict(point).deviation;
    expect(deviation(true)).toBeLessThan(deviation(false));
  });

  it('reads a limited number of results, with those of the highest rungs', () => {
    const { seen, predict } = lossModel({ space, rungs: 2 }, trialsOf(300), [])!;
    expect(seen.length).toBeLessThanOrEqual(80);
    expect(predict([0.4, 0.5]).mean).toBeCloseTo(-0.5, 1);
  });

  it('is undefined where there are fewer than three results', () => {
    expect(lossModel({ space, rungs: 2 }, trialsOf(2), [])).toBeUndefined();
    expect(lossModel({ space, rungs: 2 }, trialsOf(3), [])).toBeDefined();
  });
});
