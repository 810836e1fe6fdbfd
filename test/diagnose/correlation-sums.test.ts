import { expect, it } from 'vitest';
import { correlationSums } from '../../src/diagnose/correlation-sums.js';
import { createRandom } from '../../src/foundation/random.js';

/** Pearson's correlation by its definition. */
function plainCorrelation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const product = (a: readonly number[], b: readonly number[]) => mean(a.map((value, i) => value * b[i]!));
  const [centredX, centredY] = [x.map((value) => value - meanX), y.map((value) => value - meanY)];
  return product(centredX, centredY) / Math.sqrt(product(centredX, centredX) * product(centredY, centredY));
}

it('correlations over any groups are those of their definition', () => {
  const random = createRandom(2);
  const steps = Array.from({ length: 90 }, (_, t) => {
    const detected = [random.integer(2), t % 7];
    return { group: t % 3, detected, values: [0, detected[0]! + random.normal(), random.normal(), 5 - 0.1 * detected[1]!] };
  });
  const sums = correlationSums(3, 2, 3);
  for (const { group, detected, values } of steps) sums.add(group, detected, values, 1);
  for (const groups of [[0], [1, 2], [0, 1, 2]]) {
    const own = steps.filter(({ group }) => groups.includes(group));
    for (const d of [0, 1]) {
      for (const h of [0, 1, 2]) {
        const x = own.map(({ detected }) => detected[d]!);
        const y = own.map(({ values }) => values[h + 1]!);
        expect(sums.correlation(d, h, groups)).toBeCloseTo(plainCorrelation(x, y), 10);
      }
    }
  }
  expect(sums.correlation(1, 2, [0, 1, 2])).toBeCloseTo(-1, 10);
});

it('a value that does not vary has no correlation, and no steps have none', () => {
  const sums = correlationSums(2, 2, 2);
  for (let t = 0; t < 10; t++) sums.add(0, [0.1, t], [0.7, t % 3], 0);
  expect(sums.correlation(0, 1, [0])).toBeUndefined();
  expect(sums.correlation(1, 0, [0])).toBeUndefined();
  expect(sums.correlation(1, 1, [0])).toBeDefined();
  expect(sums.correlation(1, 1, [1])).toBeUndefined();
});
