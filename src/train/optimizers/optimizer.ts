import { type Definition, numberOption, type Options, type OptionValues, regularizing } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { constant, multiply, subtract } from '../../graph/operations/pointwise.js';

/** The values of one step, all of one shape: a range of the flat arena of parameters [1, P] or a weight matrix; and scalars [1, 1]. */
export interface UpdateInputs {
  readonly parameter: Node;
  /** The gradient after clipping and regularization. */
  readonly gradient: Node;
  readonly learningRate: Node;
  /** The running arrays, in the order of `moments` (of `matrixMoments` for a matrix). */
  readonly moments: readonly Node[];
  /** The values of `scalars`, by name. */
  readonly scalars: Readonly<Record<string, Node>>;
}

export interface UpdateOutputs {
  readonly parameter: Node;
  /** New values of the running arrays, in the same order. */
  readonly moments: readonly Node[];
}

/**
 * How an optimizer divides the step of each value by the size of the gradients of this value: by a root of a running array, to which
 * epsilon is added.
 */
export interface StepScaling {
  /** The running array under the root. */
  readonly moment: string;
  /** The root of a value v of the array after a step is rootCorrection(step) sqrt(v). */
  rootCorrection(step: number): number;
  /** Below it the root hardly counts, and a step is as long as without the division. In the unit of the root. */
  readonly epsilon: number;
}

/** An optimizer: the equations of one update, written once. An engine compiles them to one loop over all parameters. */
export interface Optimizer {
  /** Names of its running arrays. Each is as long as the parameters and initially zero. */
  readonly moments: readonly string[];
  /** Numbers that depend only on the step, counted from 1. */
  scalars(step: number): Readonly<Record<string, number>>;
  /** The elementwise update. It must not depend on which parameters are next to one another. */
  update(inputs: UpdateInputs): UpdateOutputs;
  /**
   * The update of one weight matrix of a layer, or of one gate's block of it, [outputs, inputs]. Absent where matrices are updated like all
   * other parameters. Embeddings, the parameters of the head, gains and biases always use `update`. A running array is updated in place:
   * only its new value may be computed from the old one.
   */
  updateMatrix?(inputs: UpdateInputs): UpdateOutputs;
  /** Names of the running arrays that `updateMatrix` keeps. Only these are saved for a matrix. Default: all. */
  readonly matrixMoments?: readonly string[];
  /** Absent where steps are not divided by the size of gradients. */
  readonly scaling?: StepScaling;
  /**
   * The largest product of learning rate and curvature with which it stays in a quadratic valley; with `scaling`, of the curvature of the
   * loss over parameters that are divided by the square root of this divisor. Absent where no such number is known.
   */
  readonly stabilityBound?: number;
}

/** An optimizer as configs and documents know it: one entry of the registry. */
export interface OptimizerDeclaration {
  /** `type` in a config. */
  readonly type: string;
  /** One sentence with its source. */
  readonly describe: string;
  /** Must contain `learningRate`, which the schedule changes. */
  readonly options: Options;
  readonly create: (values: OptionValues) => Optimizer;
}

/** Declares an optimizer. `create` gets option values of the declared types; the registry sees all declarations as one type. */
export function declareOptimizer<const D extends Options>(
  definition: Definition<OptimizerDeclaration, D>,
): OptimizerDeclaration {
  return definition as unknown as OptimizerDeclaration;
}

/** Of gradient descent without momentum: a step of the rate 2 / c in a valley of the curvature c only changes sides. */
export const plainStabilityBound = 2;

/** The default differs by optimizer. */
export function learningRateOption(byDefault: number) {
  const describe = 'Size of a step; the schedule multiplies it. The loss is the mean over tokens.';
  return { ...numberOption({ above: 0, to: 1000 }, byDefault, describe), mayChange: true } as const;
}

export const epsilonOption = numberOption(
  { above: 0, to: 1 },
  1e-8,
  'Added to the root of the second moment, so that nothing is divided by zero.',
);

/** Decoupled weight decay (Loshchilov and Hutter 2019): it is not added to the gradients, so the optimizer does not scale it. */
export function weightDecayOption(byDefault: number) {
  const describe = 'Share of each weight, times the learning rate, that is subtracted at each step.';
  return regularizing(numberOption({ from: 0, to: 10 }, byDefault, describe));
}

/** p - lr weightDecay p: the parameters after decoupled weight decay. */
export function decayed(parameter: Node, learningRate: Node, weightDecay: number): Node {
  if (weightDecay === 0) return parameter;
  return subtract(parameter, multiply(multiply(learningRate, constant(weightDecay)), parameter));
}

/** base^exponent for a whole exponent, by squaring: Math.pow's last bits differ between versions of V8. */
export function wholePower(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
