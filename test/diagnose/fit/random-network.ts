import type { Engine } from '../../../src/engine/engine.js';
import { createRandom } from '../../../src/foundation/random.js';
import { initialize } from '../../../src/model/initialization.js';
import { parameterTable } from '../../../src/model/parameter-table.js';
import { modelOptions } from '../../../src/model/specification.js';
import type { ParameterNetwork } from '../../../src/model/window-programs.js';

/** The vocabulary of the small networks. */
export const V = 13;

/** A whole model, also one with two stacks, with parameters that a seed decides. */
export function randomNetwork(engine: Engine, section: Record<string, unknown> = {}, range = 0.8): ParameterNetwork {
  const usual = Array.isArray(section.layers)
    ? { embedding: { size: 8 } }
    : { cell: { type: 'lstm' }, layers: 2, hiddenSize: 8 };
  const options = modelOptions({ ...usual, ...section }, V, 'the test');
  const table = parameterTable(options);
  const arena = engine.allocateFloats(table.arenaLength);
  initialize(arena, table, { type: 'uniform', range }, createRandom(11));
  return { options, table, arena };
}

/** A text of so many tokens, and the same with marks where token 0 ends a document. */
export function randomText(length: number, seed = 5): { tokens: Int32Array; marks: Uint8Array } {
  const random = createRandom(seed);
  const tokens = Int32Array.from({ length }, () => random.integer(V));
  return { tokens, marks: Uint8Array.from(tokens, (id) => Number(id === 0)) };
}
