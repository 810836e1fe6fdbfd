/** The position of a window among those of one update: `index` from 0, of `count`. */
export interface Part {
  readonly index: number;
  readonly count: number;
}

/**
 * Changes the gradients of a window in place, between back-propagation and clipping. After the last window of an update they must be the
 * gradients for the update.
 */
export type Reducer = (gradients: Float32Array, part: Part) => void | Promise<void>;

/**
 * Gradient accumulation: adds the gradients of an update's windows, in their order. Each window's gradients are already divided by the
 * tokens of all of them, so that the sum is the gradient of the mean loss over these tokens.
 *
 * @param length floats of the gradients
 */
export function accumulateGradients(length: number): Reducer {
  const sum = new Float32Array(length);
  return (gradients, { index, count }) => {
    if (count === 1) return;
    if (index === 0) {
      sum.set(gradients);
      return;
    }
    const target = index === count - 1 ? gradients : sum;
    for (let i = 0; i < length; i++) target[i] = sum[i]! + gradients[i]!;
  };
}
