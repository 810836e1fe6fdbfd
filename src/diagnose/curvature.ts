import { nextTurn } from '../foundation/next-turn.js';
import type { ParameterTable } from '../model/parameter-table.js';
import type { Stability } from '../train/stability.js';
import { type LargestEigenvalue, largestEigenvalue } from './largest-eigenvalue.js';

/** How sharply the training loss curves, beside what the optimizer can follow. */
export interface Curvature {
  /** The largest eigenvalue of the Hessian of the loss of one batch, in nats per squared unit of the parameters. */
  readonly hessian: LargestEigenvalue;
  /** 2 / rate: above it, plain gradient descent at this rate does not stay in a quadratic valley. */
  readonly limit: number;
  /** The learning rate of the config. */
  readonly learningRate: number;
  /** For an optimizer whose stability is known. */
  readonly optimizer?: {
    /** For one that divides by a root: of the Hessian with rows and columns divided by the square root of this divisor. Else `hessian`. */
    readonly preconditioned?: LargestEigenvalue;
    /** Its own limit at this rate, and the rate at which the curvature is the limit. */
    readonly limit: number;
    readonly highestRate: number;
  };
}

export interface CurvatureOptions {
  readonly table: ParameterTable;
  /** [table.arenaLength]; changed during the measurement, and set back. */
  readonly parameters: Float32Array;
  /** Computes the gradient of the loss of a fixed batch at the parameters, [table.trainedLength]. */
  gradient(): Promise<Float32Array>;
  readonly learningRate: number;
  /** Of the optimizer, if it is known. */
  readonly stability: Stability | undefined;
  readonly seed: number;
}

/** Products with the Hessian, each of two gradients. */
const MOST_PRODUCTS = 30;
/**
 * The length of a difference of parameters as a share of their norm. Gradients in float32 are known to about 1e-6 of their size, so that a
 * difference of this length knows the curvature to about 1e-3; a longer one would include changes of the curvature.
 */
const DIFFERENCE = 1e-4;

/**
 * Measures the largest curvature of the training loss (Lanczos; products with the Hessian are central differences of gradients), and
 * compares it with the highest that is stable. Gradient descent at the rate r stays in a valley of a curvature up to 2 / r; training drives
 * the curvature up to this limit and then holds it there (the edge of stability, Cohen et al. 2021). For Adam the Hessian preconditioned by
 * its divisor counts, and the limit is 38 / r with beta1 = 0.9 (Cohen et al. 2022, "Adaptive gradient methods at the edge of stability").
 */
export async function measureCurvature(options: CurvatureOptions): Promise<Curvature> {
  const { learningRate, stability } = options;
  const hessian = await largestCurvature(options, undefined);
  const shared = { hessian, limit: 2 / learningRate, learningRate };
  if (stability === undefined) return shared;
  const { bound, divisors } = stability;
  const preconditioned =
    divisors &&
    (await largestCurvature(
      options,
      divisors.map((divisor) => 1 / Math.sqrt(divisor)),
    ));
  const { value } = preconditioned ?? hessian;
  return {
    ...shared,
    optimizer: { ...(preconditioned && { preconditioned }), limit: bound / learningRate, highestRate: bound / value },
  };
}

/** The largest eigenvalue of S H S. @param scales the diagonal of S; absent: 1 */
async function largestCurvature(
  { table, parameters, gradient, seed }: CurvatureOptions,
  scales: Float64Array | undefined,
): Promise<LargestEigenvalue> {
  const { trainedLength: length } = table;
  const before = parameters.slice(0, length);
  const isParameter = new Uint8Array(length);
  for (const { offset, length: own } of table.trained) isParameter.fill(1, offset, offset + own);
  const direction = new Float64Array(length);
  const size = Math.sqrt(before.reduce((sum, value) => sum + value * value, 0));

  async function gradientAt(distance: number): Promise<Float32Array> {
    for (let i = 0; i < length; i++) parameters[i] = before[i]! + distance * direction[i]!;
    return (await gradient()).slice();
  }

  try {
    return await largestEigenvalue({
      length,
      most: MOST_PRODUCTS,
      seed,
      async multiply(vector, product) {
        let square = 0;
        for (let i = 0; i < length; i++) {
          // The gaps between parameters are no parameters.
          direction[i] = isParameter[i]! * vector[i]! * (scales?.[i] ?? 1);
          square += direction[i]! * direction[i]!;
        }
        const distance = square === 0 ? 0 : (DIFFERENCE * (size || 1)) / Math.sqrt(square);
        const above = await gradientAt(distance);
        const below = await gradientAt(-distance);
        for (let i = 0; i < length; i++)
          product[i] = distance === 0 ? 0 : ((above[i]! - below[i]!) / (2 * distance)) * (scales?.[i] ?? 1) * isParameter[i]!;
        await nextTurn();
      },
    });
  } finally {
    parameters.set(before);
  }
}
