/** Sums over one row of logits z with greatest value m, at the inverse temperature beta. */
export interface SoftmaxMoments {
  /** Sum of exp(beta (z - m)), at least 1: the probability of the likeliest token is 1 / sum. */
  sum: number;
  /** Mean and variance of z - m under softmax(beta z). */
  mean: number;
  variance: number;
}

/**
 * Computes the moments of the softmax of one row in float64, and writes them to `moments`: the first and second derivative of the
 * log-sum-exp with respect to beta are m + mean and the variance.
 *
 * @param logits of many rows, one after another, up to a constant of the row; -Infinity is probability 0
 * @param row its number, and `size` the numbers of a row
 * @param greatest the largest logit of the row
 */
export function softmaxMoments(
  logits: Float32Array,
  { row, size, greatest, beta }: { row: number; size: number; greatest: number; beta: number },
  moments: SoftmaxMoments,
): void {
  let sum = 0;
  let first = 0;
  let second = 0;
  for (let i = row * size; i < (row + 1) * size; i++) {
    const below = logits[i]! - greatest;
    const weight = Math.exp(beta * below);
    // Also leaves out -Infinity, whose product with 0 is not a number.
    if (weight === 0) continue;
    sum += weight;
    first += weight * below;
    second += weight * below * below;
  }
  moments.sum = sum;
  moments.mean = first / sum;
  moments.variance = Math.max(0, second / sum - moments.mean * moments.mean);
}
