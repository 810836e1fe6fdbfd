import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import { choleskyInPlace, solveLower, solveUpper } from '../../src/tune/cholesky.js';
import { fitProcess } from '../../src/tune/fit-process.js';
import { condition, type Observation, observedPlaces } from '../../src/tune/gaussian-process.js';
import { testSeed } from '../random-seed.js';

/** A x = b by elimination with pivots. */
function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]!]);
  for (let column = 0; column < rows.length; column++) {
    const pivot = rows.slice(column).reduce((best, row) => (Math.abs(row[column]!) > Math.abs(best[column]!) ? row : best));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(column, 0, pivot);
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = row[column]! / pivot[column]!;
      for (let k = column; k < row.length; k++) row[k]! -= factor * pivot[k]!;
    }
  }
  return rows.map((row, i) => row.at(-1)! / row[i]!);
}

/** The product of the pivots of an elimination without exchanges. */
function determinant(a: readonly (readonly number[])[]): number {
  const rows = a.map((row) => [...row]);
  let product = 1;
  for (const [column, pivot] of rows.entries()) {
    product *= pivot[column]!;
    for (const row of rows.slice(column + 1)) {
      const factor = row[column]! / pivot[column]!;
      for (let k = column; k < row.length; k++) row[k]! -= factor * pivot[k]!;
    }
  }
  return product;
}

const hyperparameters = { lengths: [0.3, 0.8, 0.5], correlation: 0.8, noise: 0.02 };
const isChoice = [false, false, true];

/** The definition: a Matern kernel of the scaled distance, times rho for each rung between, and the offset of a rung. */
function covariance(a: Pick<Observation, 'x' | 'rung'>, b: Pick<Observation, 'x' | 'rung'>): number {
  const distance = Math.hypot((a.x[0]! - b.x[0]!) / 0.3, (a.x[1]! - b.x[1]!) / 0.8, a.x[2] === b.x[2] ? 0 : 1 / 0.5);
  const matern = (1 + Math.sqrt(5) * distance + (5 / 3) * distance * distance) * Math.exp(-Math.sqrt(5) * distance);
  return matern * 0.8 ** Math.abs(a.rung - b.rung) + (a.rung === b.rung ? 25 : 0);
}

function randomObservations(count: number): Observation[] {
  const random = createRandom(testSeed);
  return Array.from({ length: count }, () => ({
    x: [random.uniform(), random.uniform(), random.integer(3)],
    rung: random.integer(3),
    y: random.normal(),
  }));
}

describe('Cholesky', () => {
  it('factors a matrix, and solves with both factors', () => {
    const a = [4, 2, 1, 2, 5, 3, 1, 3, 6];
    const l = Float64Array.from(a);
    expect(choleskyInPlace(l, 3)).toBe(true);
    const factor = [0, 1, 2].map((i) => [0, 1, 2].map((j) => (j <= i ? l[i * 3 + j]! : 0)));
    const product = factor.flatMap((row) => factor.map((other) => row.reduce((sum, value, k) => sum + value * other[k]!, 0)));
    for (const [i, value] of product.entries()) expect(value).toBeCloseTo(a[i]!, 12);
    const x = solveUpper(l, solveLower(l, Float64Array.of(7, 10, 10)));
    for (const [i, value] of [1, 1, 1].entries()) expect(x[i]).toBeCloseTo(value, 12);
  });

  it('refuses a matrix that is not positive definite', () =>
    expect(choleskyInPlace(Float64Array.of(1, 2, 2, 1), 2)).toBe(false));
});

describe('a Gaussian process', () => {
  const observations = randomObservations(12);
  const n = observations.length;
  const k = observations.map((a, i) => observations.map((b, j) => covariance(a, b) + (i === j ? 0.02 : 0)));
  const y = observations.map((one) => one.y);
  const weights = solve(k, y);
  const variance = y.reduce((sum, value, i) => sum + value * weights[i]!, 0) / n;
  const process = condition(observedPlaces(observations, isChoice), hyperparameters)!;

  it('has the posterior mean and deviation of the dense formulas', () => {
    for (const place of [
      { x: [0.2, 0.4, 1], rung: 2 },
      { x: [0.9, 0.1, 0], rung: 0 },
      { x: observations[0]!.x, rung: observations[0]!.rung },
    ]) {
      const between = observations.map((one) => covariance(one, place));
      const mean = between.reduce((sum, value, i) => sum + value * weights[i]!, 0);
      const explained = solve(k, between).reduce((sum, value, i) => sum + value * between[i]!, 0);
      const { mean: found, deviation } = process.predict(place.x, place.rung);
      expect(found).toBeCloseTo(mean, 8);
      expect(deviation).toBeCloseTo(Math.sqrt(variance * (26 - explained)), 7);
    }
  });

  it('has the likelihood of the normal distribution, at the variance that makes it largest', () => {
    // ln N(y; 0, v K) without the constant n/2 ln 2 pi and, as v is the best one, without n/2.
    expect(process.logLikelihood).toBeCloseTo(-0.5 * n * Math.log(variance) - 0.5 * Math.log(determinant(k)), 7);
    const at = (v: number) => -0.5 * n * Math.log(v) - (0.5 * n * variance) / v;
    expect(at(variance)).toBeGreaterThan(Math.max(at(variance * 1.1), at(variance / 1.1)));
  });

  it('learns that losses fall from rung to rung although only the best go on', () => {
    // The loss is x, and half a nat less at rung 1, where only x < 0.3 is known.
    const some = [0.05, 0.15, 0.25, 0.45, 0.65, 0.85, 0.95].flatMap((x) => [
      { x: [x], rung: 0, y: x },
      ...(x < 0.3 ? [{ x: [x], rung: 1, y: x - 0.5 }] : []),
    ]);
    const fitted = fitProcess(observedPlaces(some, [false]));
    expect(fitted.predict([0.85], 1).mean).toBeCloseTo(0.35, 1);
  });

  it('is more certain near what it has seen', () => {
    const { predict } = condition(
      observedPlaces(
        [
          { x: [0.2, 0.2, 0], rung: 0, y: 1 },
          { x: [0.3, 0.2, 0], rung: 0, y: 2 },
        ],
        isChoice,
      ),
      hyperparameters,
    )!;
    const deviations = [0.25, 0.5, 0.9].map((x) => predict([x, 0.2, 0], 0).deviation);
    expect(deviations).toEqual(deviations.toSorted((a, b) => a - b));
  });
});

describe('fitProcess', () => {
  it('finds hyperparameters that explain the observations at least as well as the start', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 14 }), (count) => {
        const places = observedPlaces(randomObservations(count), isChoice);
        const start = condition(places, { lengths: [0.5, 0.5, 0.5], correlation: 0.9, noise: 0.01 })!;
        // The priors are largest at the start, so that the likelihood grows by at least what they lose.
        // The search keeps logarithms, which gives its start back with other last bits: hence the tolerance.
        expect(fitProcess(places).logLikelihood).toBeGreaterThanOrEqual(start.logLikelihood - 1e-9);
      }),
      { numRuns: 8 },
    );
  });

  it('gives a coordinate that changes nothing a longer length than one that does', () => {
    const random = createRandom(testSeed);
    const some = Array.from({ length: 30 }, () => [random.uniform(), random.uniform()]).map((x) => ({
      x,
      rung: 0,
      y: Math.sin(6 * x[0]!),
    }));
    const [first, second] = fitProcess(observedPlaces(some, [false, false])).hyperparameters.lengths as [number, number];
    expect(second).toBeGreaterThan(2 * first);
  });

  it('predicts a function between its observations', () => {
    const some = Array.from({ length: 12 }, (_, i) => ({ x: [i / 11], rung: 0, y: Math.sin((5 * i) / 11) }));
    const process = fitProcess(observedPlaces(some, [false]));
    for (const x of [0.13, 0.5, 0.77]) expect(process.predict([x], 0).mean).toBeCloseTo(Math.sin(5 * x), 1);
  });

  it('gives equal results for equal observations', () => {
    const some = randomObservations(9);
    expect(fitProcess(observedPlaces(some, isChoice)).hyperparameters).toEqual(
      fitProcess(observedPlaces(some, isChoice)).hyperparameters,
    );
  });
});
