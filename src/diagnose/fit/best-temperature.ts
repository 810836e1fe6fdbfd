import type { PredictionSample } from './collect-predictions.js';
import { type SoftmaxMoments, softmaxMoments } from './softmax-moments.js';

/** The temperature that fits predictions to a text. */
export interface BestTemperature {
  /** T: above 1 the model is too sure of itself, below 1 not sure enough. */
  readonly temperature: number;
  /** Mean loss of softmax(logits / T) at this temperature. */
  readonly natsPerToken: number;
  /**
   * Which limit the temperature is at, if the loss still falls there: `highest` for logits that are no better than guessing, `lowest` where
   * every likeliest token was right.
   */
  readonly limit?: 'lowest' | 'highest';
}

/** The range of temperatures that is searched. */
const LOWEST = 0.01;
const HIGHEST = 100;
/** The relative change of the inverse temperature at which the search ends, and the most evaluations of all predictions. */
const TOLERANCE = 1e-7;
const MOST = 100;

/**
 * The temperature T from 0.01 to 100 at which softmax(logits / T) has the lowest mean cross-entropy (temperature scaling, Guo, Pleiss, Sun
 * and Weinberger 2017, "On calibration of modern neural networks"). The loss is convex in beta = 1 / T, with the derivative E[z] - z_target:
 * its root is found by Newton's method, with bisection where a step leaves the interval that contains the root.
 *
 * @param predictions at least one
 */
export function findBestTemperature(predictions: PredictionSample): BestTemperature {
  const lossAt = lossFunction(predictions);
  let [low, high] = [1 / HIGHEST, 1 / LOWEST];
  const [first, last] = [lossAt(low), lossAt(high)];
  if (first.slope >= 0) return { temperature: HIGHEST, natsPerToken: first.loss, limit: 'highest' };
  if (last.slope <= 0) return { temperature: LOWEST, natsPerToken: last.loss, limit: 'lowest' };
  let beta = 1;
  let at = lossAt(beta);
  let step = high - low;
  for (let evaluations = 1; evaluations < MOST && step > TOLERANCE * beta; evaluations++) {
    if (at.slope < 0) low = beta;
    else high = beta;
    const newton = beta - at.slope / at.curvature;
    // Newton's steps may be tiny where the curve is nearly straight: one that is not half as long as the last one is not taken.
    const isUsed = newton > low && newton < high && Math.abs(newton - beta) <= step / 2;
    const next = isUsed ? newton : Math.sqrt(low * high);
    step = Math.abs(next - beta);
    beta = next;
    at = lossAt(beta);
  }
  return { temperature: 1 / beta, natsPerToken: at.loss };
}

/** Mean loss in nats at an inverse temperature, and its first two derivatives with respect to it. */
interface LossPoint {
  readonly loss: number;
  readonly slope: number;
  readonly curvature: number;
}

function lossFunction({
  count,
  vocabularySize: size,
  logits,
  targets,
  greatest,
}: PredictionSample): (beta: number) => LossPoint {
  const moments: SoftmaxMoments = { sum: 0, mean: 0, variance: 0 };
  return (beta) => {
    let [loss, slope, curvature] = [0, 0, 0];
    for (let row = 0; row < count; row++) {
      const largest = greatest[row]!;
      softmaxMoments(logits, { row, size, greatest: largest, beta }, moments);
      const target = logits[row * size + targets[row]!]! - largest;
      loss += Math.log(moments.sum) - beta * target;
      slope += moments.mean - target;
      curvature += moments.variance;
    }
    return { loss: loss / count, slope: slope / count, curvature: curvature / count };
  };
}
