/** log(sum of exp(value)), in float64 and without overflow: of logits, what their log-probabilities are measured from. */
export function logSumExp(values: Float32Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (values[i]! > largest) largest = values[i]!;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - largest);
  return largest + Math.log(sum);
}
