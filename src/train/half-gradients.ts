/** Unbiased estimates from the gradients of two halves of a batch. */
export interface NoiseEstimate {
  /** Of |G|², the square of the true gradient. It may be negative. */
  readonly square: number;
  /** Of tr(S), the variance of the gradient of a single token, summed over the parameters. */
  readonly variance: number;
}

/**
 * Estimates the square and the noise of the gradient, whose ratio variance / square is the simple noise scale in tokens (McCandlish et al.
 * 2018, equation 2.9). The mean gradients of two halves have independent noise: their product estimates |G|², and the square of each
 * exceeds it by tr(S) divided by its number of tokens (as in appendix A.1, with two batches of any sizes).
 *
 * @param whole the mean gradient of all tokens, float for float
 * @param half the part of it that the first half contributes: the sum over its tokens, divided by the number of all tokens
 * @param tokens of both halves, at least 1 each
 */
export function noiseFromHalves(
  whole: Float32Array,
  half: Float32Array,
  [first, second]: readonly [number, number],
): NoiseEstimate {
  let [ofFirst, ofSecond, product] = [0, 0, 0];
  for (let i = 0; i < whole.length; i++) {
    const a = half[i]!;
    const b = whole[i]! - a;
    ofFirst += a * a;
    ofSecond += b * b;
    product += a * b;
  }
  // From parts of the whole mean to the means of the halves.
  const [toFirst, toSecond] = [(first + second) / first, (first + second) / second];
  const square = product * toFirst * toSecond;
  const varianceOf = (squared: number, scale: number, count: number) => count * (squared * scale * scale - square);
  return { square, variance: (varianceOf(ofFirst, toFirst, first) + varianceOf(ofSecond, toSecond, second)) / 2 };
}
