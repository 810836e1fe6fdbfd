import type { Node } from '../graph/node.js';
import { add, constant, divide, maximum, multiply, sqrt, subtract } from '../graph/operations/pointwise.js';
import { columnSums, shardSum } from '../graph/operations/sums.js';
import type { LayerContext } from './layers/layer.js';

/** What batch normalization of one matrix needs, besides the matrix. */
export interface BatchNormalization {
  /** Multiplies the normalized values, [1, columns]. */
  readonly gain: Node;
  /** The layer's own names of the buffers that hold the running statistics, [1, columns]. */
  readonly runningMean: string;
  readonly runningVariance: string;
  /** Share of the running statistics that each training window replaces. */
  readonly momentum: number;
  /** Added to the variance before its square root. */
  readonly epsilon: number;
}

/**
 * Batch normalization of a sequence (Ioffe and Szegedy 2015; over time and batch together: Laurent et al. 2016). In training, with the mean
 * m and the variance v of each column of x over the n rows of the whole batch's window that count:
 *
 *     y = g * (x - m) / sqrt(v + epsilon)
 *
 *     running_mean = (1 - momentum) * running_mean + momentum * m
 *     running_var  = (1 - momentum) * running_var  + momentum * v * n / (n - 1)
 *
 * Otherwise the running statistics stand for m and v, so that a row depends on no other.
 *
 * @param x [T*B, columns]
 * @returns y [T*B, columns]; in training the next values of both buffers go to `updateBuffer`
 */
export function batchNormalized(
  x: Node,
  { gain, runningMean, runningVariance, momentum, epsilon }: BatchNormalization,
  { parameter, counted, updateBuffer }: Pick<LayerContext, 'parameter' | 'counted' | 'updateBuffer'>,
): Node {
  const running = { mean: parameter(runningMean), variance: parameter(runningVariance) };
  const scaled = (centred: Node, variance: Node) => multiply(centred, divide(gain, sqrt(add(variance, constant(epsilon)))));
  if (!counted) return scaled(subtract(x, running.mean), running.variance);
  const { weights, inverseCount } = counted;
  const overAll = (values: Node) => multiply(shardSum(columnSums(multiply(values, weights))), inverseCount);
  const mean = overAll(x);
  const centred = subtract(x, mean);
  const variance = overAll(multiply(centred, centred));
  // n / (n - 1), and of a single position, whose variance is 0, anything.
  const unbiased = divide(variance, maximum(subtract(constant(1), inverseCount), constant(0.5)));
  const moved = (before: Node, now: Node) => add(multiply(before, constant(1 - momentum)), multiply(now, constant(momentum)));
  updateBuffer(runningMean, moved(running.mean, mean));
  updateBuffer(runningVariance, moved(running.variance, unbiased));
  return scaled(centred, variance);
}
