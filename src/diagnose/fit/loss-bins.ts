/** The predictions whose value, such as the frequency of the token, lies in one bin. */
export interface LossBin {
  /** The least and the greatest value of the bin. */
  readonly from: number;
  readonly to: number;
  readonly predictions: number;
  /** Mean loss of these predictions. */
  readonly natsPerToken: number;
  /** Their share of all predictions, and the share of the total loss that they cause, from 0 to 1. */
  readonly share: number;
  readonly lossShare: number;
}

/** How values, whole numbers from 0 on, are divided into bins. */
export interface Binning {
  binOf(value: number): number;
  firstOf(bin: number): number;
}

/** Bins 0, 1, 2 to 3, 4 to 7, and so on. */
export const powersOfTwo: Binning = {
  binOf(value) {
    let bin = 0;
    // Halving is exact for every count, Math.log2 is not: it rounds 2^48 - 1 up.
    for (let rest = value; rest >= 1; rest /= 2) bin++;
    return bin;
  },
  firstOf(bin) {
    let first = bin === 0 ? 0 : 1;
    for (let i = 1; i < bin; i++) first *= 2;
    return first;
  },
};

/** A bin for each value. */
export const singleValues: Binning = { binOf: (value) => value, firstOf: (bin) => bin };

/**
 * Mean loss and shares for each bin, summed in float64; bins without predictions are omitted.
 *
 * @param losses nats of each prediction
 * @param values the value of each prediction, in the same order
 * @throws Error when there are more or fewer values than losses
 */
export function binLosses(losses: ArrayLike<number>, values: Iterable<number>, { binOf, firstOf }: Binning): LossBin[] {
  const nats: number[] = [];
  const predictions: number[] = [];
  let total = 0;
  let done = 0;
  for (const value of values) {
    const bin = binOf(value);
    for (; nats.length <= bin; predictions.push(0)) nats.push(0);
    const loss = losses[done++]!;
    nats[bin]! += loss;
    predictions[bin]!++;
    total += loss;
  }
  if (done !== losses.length) throw new Error(`${losses.length} losses for ${done} predictions`);
  return nats.flatMap((sum, bin) => {
    const count = predictions[bin]!;
    if (count === 0) return [];
    const range = { from: firstOf(bin), to: firstOf(bin + 1) - 1 };
    const means = { natsPerToken: sum / count, share: count / done, lossShare: total === 0 ? 0 : sum / total };
    return [{ ...range, predictions: count, ...means }];
  });
}
