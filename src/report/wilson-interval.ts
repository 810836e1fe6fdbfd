/** The quantile of the normal distribution for 95%. */
const Z = 1.959964;

/**
 * The interval in which the probability of an event lies with 95% confidence, when a share of so many independent trials had it (Wilson 1927,
 * "Probable inference, the law of succession, and statistical inference").
 *
 * @returns the lower and the upper bound, from 0 to 1
 */
export function wilsonInterval(share: number, trials: number): readonly [low: number, high: number] {
  const weight = (Z * Z) / trials;
  const centre = (share + weight / 2) / (1 + weight);
  const half = Math.sqrt(weight * (share * (1 - share) + weight / 4)) / (1 + weight);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
