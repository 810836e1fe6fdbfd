import { choleskyInPlace, solveLower, solveUpper } from './cholesky.js';

/** A value that was seen at a place: at point x and the end of a rung. */
export interface Observation {
  readonly x: readonly number[];
  readonly rung: number;
  readonly y: number;
}

export interface KernelParameters {
  /** One length for each dimension, in units of the coordinates. */
  readonly lengths: readonly number[];
  /** Correlation of neighbouring rungs, rho. */
  readonly correlation: number;
  /** Variance of the noise, as a share of that of f. */
  readonly noise: number;
}

/** The distribution of offset(r) + f(x, r) at a place. */
export interface Prediction {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * A Gaussian process over points and rungs (Rasmussen and Williams 2006). The value that is observed at point x and rung r is
 *
 *     offset(r) + f(x, r) + noise        cov f(x, r), f(x', r') = s^2 matern52(|x - x'|) rho^|r - r'|
 *
 * so that each rung is a damped copy of the one before plus something new, as in Kennedy and O'Hagan 2000, "Predicting the output from a
 * complex computer code when fast approximations are available". The offsets have a wide prior: they absorb that losses fall from rung to
 * rung, although only good candidates reach the later ones.
 */
export interface GaussianProcess {
  readonly hyperparameters: KernelParameters;
  /** ln p(y | x, hyperparameters) with the best s^2, up to a constant. */
  readonly logLikelihood: number;
  predict(x: readonly number[], rung: number): Prediction;
}

/** Variance of the offset of a rung, as a multiple of that of f. */
const OFFSET_VARIANCE = 25;

/** The Matern kernel with smoothness 5/2 at a squared distance. */
function matern52(squared: number): number {
  const t = Math.sqrt(5 * squared);
  return (1 + t + (t * t) / 3) * Math.exp(-t);
}

/** The observations with what does not depend on the hyperparameters. */
export interface ObservedPlaces {
  readonly observations: readonly Observation[];
  /** Of each dimension, whether its coordinates are names without order. */
  readonly isChoice: readonly boolean[];
  /** [n, n, dimensions]: squared differences of the coordinates; 0 and 1 for equal and different names. */
  readonly squares: Float64Array;
}

export function observedPlaces(observations: readonly Observation[], isChoice: readonly boolean[]): ObservedPlaces {
  const [n, d] = [observations.length, isChoice.length];
  const squares = new Float64Array(n * n * d);
  for (const [i, a] of observations.entries())
    for (let j = 0; j <= i; j++) squares.set(squaredDifferences(a.x, observations[j]!.x, isChoice), (i * n + j) * d);
  return { observations, isChoice, squares };
}

function squaredDifferences(a: readonly number[], b: readonly number[], isChoice: readonly boolean[]): number[] {
  return isChoice.map((named, i) => (named ? Number(a[i] !== b[i]) : (a[i]! - b[i]!) * (a[i]! - b[i]!)));
}

/**
 * Conditions a process on observations, of which there is at least one. The variance s^2 is the one of the greatest likelihood.
 * @returns undefined where the covariance is not positive definite in float64
 */
export function condition(places: ObservedPlaces, hyperparameters: KernelParameters): GaussianProcess | undefined {
  const { observations, isChoice, squares } = places;
  const { lengths, correlation, noise } = hyperparameters;
  const [n, d] = [observations.length, lengths.length];
  const scales = lengths.map((length) => 1 / (length * length));
  const powers = [1];
  /** @param at where the squared differences of the two places begin */
  const covariance = (differences: ArrayLike<number>, at: number, a: number, b: number) => {
    const between = Math.abs(a - b);
    while (powers.length <= between) powers.push(powers.at(-1)! * correlation);
    let squared = 0;
    for (let i = 0; i < d; i++) squared += differences[at + i]! * scales[i]!;
    return matern52(squared) * powers[between]! + (a === b ? OFFSET_VARIANCE : 0);
  };
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const { rung } = observations[i]!;
    for (let j = 0; j <= i; j++) c[i * n + j] = covariance(squares, (i * n + j) * d, rung, observations[j]!.rung);
    c[i * n + i]! += noise;
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
  return {
    hyperparameters,
    logLikelihood: -0.5 * n * Math.log(variance) - logDeterminant,
    predict(x, rung) {
      const k = Float64Array.from(observations, (one) => covariance(squaredDifferences(one.x, x, isChoice), 0, one.rung, rung));
      const mean = k.reduce((sum, value, i) => sum + value * weights[i]!, 0);
      const explained = solveLower(c, k).reduce((sum, value) => sum + value * value, 0);
      return { mean, deviation: Math.sqrt(variance * Math.max(1e-12, 1 + OFFSET_VARIANCE - explained)) };
    },
  };
}
