import type { ResolvedConfig } from '../config/types.js';
import { createRandom } from '../foundation/random.js';
import { initialize } from '../model/initialization.js';
import type { ParameterTable } from '../model/parameter-table.js';

/** The stream of the seed from which parameters are drawn. */
const INITIALIZATION_STREAM = 1;

/** Draws the parameters with which a run of this config begins, without those that it takes over from a file. */
export function drawInitialParameters(
  arena: Float32Array,
  table: ParameterTable,
  { seed, model }: Pick<ResolvedConfig, 'seed' | 'model'>,
): void {
  initialize(arena, table, model.initialization, createRandom(seed, INITIALIZATION_STREAM));
}
