import { choleskyInPlace, solveLower, solveUpper } from './cholesky.js';

/**
 * A Gaussian process over points and rungs (Rasmussen and Williams 2006). The value that is observed at point x and rung r is
 *
 *     offset(r) + f(x, r) + noise        cov f(x, r), f(x', r') = s^2 matern52(|x - x'|) rho^|r - r'|
 *
 * so that each rung is a damped copy of the one before plus something new, as in Kennedy and O'Hagan 2000, "Predicting the output from a
 * complex computer code when fast approximations are available". The offsets have a wide prior: they absorb that losses fall from rung to
 * rung, although only good candidates reach the later ones.
 */
export interface Observation {
  readonly x: readonly number[];
  readonly rung: number;
  readonly y: number;
}

export interface Hyperparameters {
  /** One length for each dimension, in units of the coordinates. */
  readonly lengths: readonly number[];
  /** Correlation of neighbouring rungs, rho. */
  readonly correlation: number;
  /** Variance of the noise, as a share of that of f. */
  readonly noise: number;
}

/** The distribution of f at a place, without offset and noise. */
export interface Prediction {
  readonly mean: number;
  readonly deviation: number;
}

export interface GaussianProcess {
  readonly hyperparameters: Hyperparameters;
  /** ln p(y | x, hyperparameters) with the best s^2, up to a constant. */
  readonly logLikelihood: number;
  predict(x: readonly number[], rung: number): Prediction;
  /** The mean of an observation at a place: of f and the offset of the rung. */
  expect(x: readonly number[], rung: number): number;
}

/** Variance of the offset of a rung, as a multiple of that of f. */
const OFFSET_VARIANCE = 25;

/** The Matern kernel with smoothness 5/2 at a squared distance. */
function matern52(squared: number): number {
  const t = Math.sqrt(5 * squared);
  return (1 + t + (t * t) / 3) * Math.exp(-t);
}

/** The squared distance of each dimension: of numbers, or 0 and 1 for equal and different choices. */
type Differences = (a: readonly number[], b: readonly number[], dimension: number) => number;

const difference = (isChoice: readonly boolean[]): Differences => {
  return (a, b, i) => (isChoice[i] ? Number(a[i] !== b[i]) : (a[i]! - b[i]!) * (a[i]! - b[i]!));
};

/**
 * Conditions a process on observations, of which there is at least one. The variance s^2 is the one of the greatest likelihood.
 * @param isChoice for each dimension, whether its coordinates are names without order
 * @returns undefined where the covariance is not positive definite in float64
 */
export function condition(
  observations: readonly Observation[],
  isChoice: readonly boolean[],
  hyperparameters: Hyperparameters,
): GaussianProcess | undefined {
  const { lengths, correlation, noise } = hyperparameters;
  const n = observations.length;
  const squares = difference(isChoice);
  const powers = powersOf(correlation);
  const covariance = (a: Pick<Observation, 'x' | 'rung'>, b: Pick<Observation, 'x' | 'rung'>) => {
    let squared = 0;
    for (let i = 0; i < lengths.length; i++) squared += squares(a.x, b.x, i) / (lengths[i]! * lengths[i]!);
    return matern52(squared) * powers(Math.abs(a.rung - b.rung));
  };
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const a = observations[i]!;
    for (let j = 0; j <= i; j++) {
      const b = observations[j]!;
      c[i * n + j] = covariance(a, b) + (a.rung === b.rung ? OFFSET_VARIANCE : 0) + (i === j ? noise : 0);
    }
  }
  if (!choleskyInPlace(c, n)) return undefined;
  const whitened = solveLower(
    c,
    Float64Array.from(observations, ({ y }) => y),
  );
  const variance = Math.max(1e-12, whitened.reduce((sum, value) => sum + value * value, 0) / n);
  let logDeterminant = 0;
  for (let i = 0; i < n; i++) logDeterminant += Math.log(c[i * n + i]!);
  const weights = solveUpper(c, whitened);
  const weighted = (k: (one: Observation) => number) => observations.reduce((sum, one, i) => sum + k(one) * weights[i]!, 0);
  return {
    hyperparameters,
    logLikelihood: -0.5 * n * Math.log(variance) - logDeterminant,
    predict(x, rung) {
      const k = Float64Array.from(observations, (one) => covariance(one, { x, rung }));
      const mean = k.reduce((sum, value, i) => sum + value * weights[i]!, 0);
      const explained = solveLower(c, k).reduce((sum, value) => sum + value * value, 0);
      return { mean, deviation: Math.sqrt(variance * Math.max(1e-12, 1 - explained)) };
    },
    expect: (x, rung) => weighted((one) => covariance(one, { x, rung }) + (one.rung === rung ? OFFSET_VARIANCE : 0)),
  };
}

/** base^n for whole n. */
function powersOf(base: number): (n: number) => number {
  const powers = [1];
  return (n) => {
    while (powers.length <= n) powers.push(powers.at(-1)! * base);
    return powers[n]!;
  };
}
