import type { Node } from '../graph/node.js';
import { add, constant, divide, multiply, sqrt, subtract } from '../graph/operations/pointwise.js';
import { rowSums } from '../graph/operations/sums.js';

/** `layer` (Ba, Kiros and Hinton 2016) or `rms` (Zhang and Sennrich 2019). */
export type RowNormalization = 'layer' | 'rms';

/**
 * Each row of x [rows, N] normalized, without gain and bias: (x - mean) / sqrt(variance + epsilon) in the form `layer`,
 * x / sqrt(mean(x^2) + epsilon) in the form `rms`.
 */
export function normalizedRows(x: Node, form: RowNormalization, epsilon: number): Node {
  const values = form === 'layer' ? subtract(x, rowMeans(x)) : x;
  return divide(values, sqrt(add(rowMeans(multiply(values, values)), constant(epsilon))));
}

/** {@link normalizedRows} with a gain, and in the form `layer` a bias, [1, N] each. */
export function scaledRows(x: Node, form: RowNormalization, epsilon: number, gain: Node, bias: () => Node): Node {
  const scaled = multiply(normalizedRows(x, form, epsilon), gain);
  return form === 'rms' ? scaled : add(scaled, bias());
}

/** The mean of each row, [rows, 1]. */
const rowMeans = (x: Node) => multiply(rowSums(x), constant(1 / x.columns));
