import type { Node } from '../../graph/node.js';

/** One step's values, all over the flat arena of parameters: [1, P], and scalars [1, 1]. */
export interface UpdateInputs {
  readonly parameter: Node;
  /** Clipped and regularised. */
  readonly gradient: Node;
  readonly learningRate: Node;
  /** The running arrays, in the order of `moments`. */
  readonly moments: readonly Node[];
  /** The values of `scalars`, by name. */
  readonly scalars: Readonly<Record<string, Node>>;
}

export interface UpdateOutputs {
  readonly parameter: Node;
  readonly moments: readonly Node[];
}

/** An optimizer: the equations of one update, written once; an engine makes them one loop over all parameters. */
export interface Optimizer {
  /** Names of the running arrays that it keeps, each as long as the parameters and zero at first. */
  readonly moments: readonly string[];
  /** Numbers that depend on the step alone, counted from 1. */
  scalars(step: number): Readonly<Record<string, number>>;
  update(inputs: UpdateInputs): UpdateOutputs;
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
