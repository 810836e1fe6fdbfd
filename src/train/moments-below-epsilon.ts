import { entryView, type ParameterEntry } from '../model/parameter-table.js';
import { type OptimizerChoice, optimizerFor } from './optimizers/index.js';
import type { Moment } from './update-program.js';

/** A number of one parameter. */
export interface TensorShare {
  readonly name: string;
  /** From 0 to 1. */
  readonly share: number;
}

/**
 * For each parameter the share of its values whose steps are no longer divided by the size of their gradients: the root of their second
 * moment (see `StepScaling`) is below epsilon. It includes values that have had no gradient, such as the vectors of tokens that have not
 * been read.
 *
 * @param step the last update, from 1
 * @returns undefined for an optimizer that does not divide so; parameters for which it keeps no second moment are omitted
 */
export function sharesBelowEpsilon(
  optimizer: OptimizerChoice,
  moments: Readonly<Record<string, Moment>>,
  step: number,
): TensorShare[] | undefined {
  const { scaling } = optimizerFor(optimizer);
  if (scaling === undefined) return undefined;
  const { values, entries } = moments[scaling.moment]!;
  const root = scaling.epsilon / scaling.rootCorrection(step);
  return entries.map((entry) => ({ name: entry.name, share: shareBelow(values, entry, root * root) }));
}

function shareBelow(values: Float32Array, entry: ParameterEntry, limit: number): number {
  const own = entryView(values, entry);
  let below = 0;
  for (let i = 0; i < own.length; i++) if (own[i]! < limit) below++;
  return below / own.length;
}
