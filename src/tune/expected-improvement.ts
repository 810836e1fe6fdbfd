/**
 * The logarithm of the expected improvement E max(0, best - v) of a value v with this normal distribution: where the improvement itself is
 * too small for a float64, candidates can still be compared (Ament et al. 2023, "Unexpected improvements to expected improvement").
 * @param best the lowest value so far
 */
export function logExpectedImprovement(mean: number, deviation: number, best: number): number {
  const z = (best - mean) / deviation;
  // phi(z) + z Phi(z); far below zero by its asymptotic series, where the terms cancel.
  if (z > -25) return Math.log(deviation) + Math.log(density(z) + z * normalDistribution(z));
  const w = 1 / (z * z);
  return (
    Math.log(deviation) - 0.5 * z * z - 0.5 * Math.log(2 * Math.PI) + Math.log(w) + Math.log1p(w * (-3 + w * (15 - 105 * w)))
  );
}

const density = (z: number) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/**
 * P(Z < z) for a standard normal Z, absolute error below 1e-14: a Taylor series about zero, or a continued fraction in the tails.
 * Source: Abramowitz and Stegun 1964, 26.2.11 and 26.2.14.
 */
export function normalDistribution(z: number): number {
  if (z < -3) return tail(-z);
  if (z > 3) return 1 - tail(z);
  let term = z;
  let sum = z;
  for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
    term *= (z * z) / n;
    sum += term;
  }
  return 0.5 + density(z) * sum;
}

/** P(Z > z) for z >= 3. */
function tail(z: number): number {
  let fraction = z;
  for (let n = 60; n >= 1; n--) fraction = z + n / fraction;
  return density(z) / fraction;
}
