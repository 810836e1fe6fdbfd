import type { Engine } from '../../src/engine/engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { initialize } from '../../src/model/initialization.js';
import { entryView, parameterTable } from '../../src/model/parameter-table.js';
import { modelOptions } from '../../src/model/specification.js';
import type { ParameterNetwork } from '../../src/model/window-programs.js';

/** A network with parameters uniform between -range and range, and functions that set and read a parameter. */
export function randomNetwork(engine: Engine, model: Record<string, unknown>, vocabularySize: number, range = 0.5) {
  const options = modelOptions(model, vocabularySize);
  const table = parameterTable(options);
  const arena = engine.allocateFloats(table.arenaLength);
  initialize(arena, table, { type: 'uniform', range }, createRandom(3));
  const network: ParameterNetwork = { options, table, arena };
  const view = (name: string) => entryView(arena, table.entries.find((entry) => entry.name === name)!);
  return { network, view };
}

/** Tokens that a seed decides, uniform. */
export function randomTokens(length: number, vocabularySize: number, seed = 1): Int32Array {
  const random = createRandom(seed);
  return Int32Array.from({ length }, () => random.integer(vocabularySize));
}
