import type { Engine, Program } from '../engine/engine.js';
import { constant, minimum, multiply } from '../graph/operations/pointwise.js';
import { isLayerMatrix } from '../model/declarations.js';
import type { ParameterEntry } from '../model/parameter-table.js';
import { compileInPlace, reciprocal, rowNorms } from './in-place-program.js';

/**
 * Max-norm regularization (Srivastava et al. 2014): after an update, the weights of one unit (a row of a layer's weight matrix) are scaled
 * so that their L2 norm is at most the limit. A unit's input weights and its recurrent weights are two rows.
 *
 * @returns the program that scales the parameters in place; undefined without a limit
 */
export function createMaximumNorm(
  engine: Engine,
  { entries, parameters }: { readonly entries: readonly ParameterEntry[]; readonly parameters: Float32Array },
  limit: number | undefined,
): Program | undefined {
  if (limit === undefined) return undefined;
  return compileInPlace(engine, entries.filter(isLayerMatrix), parameters, {}, (weights) => {
    const excess = multiply(constant(limit), reciprocal(rowNorms(weights)));
    return multiply(weights, minimum(constant(1), excess));
  });
}
