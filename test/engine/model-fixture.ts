import type { Engine, Graph, Program } from '../../src/engine/engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { architectureOf } from '../../src/model/architecture.js';
import { initialize } from '../../src/model/initialization.js';
import { parameterBindings, parameterTable } from '../../src/model/parameter-table.js';
import type { ModelOptions } from '../../src/model/specification.js';

/**
 * Fills every buffer of a program's inputs with values that a seed decides: parameters, states, tokens below the vocabulary's size.
 * @param options `constants`: whether the parameters are promised to stay as they are
 */
export function prepare(engine: Engine, model: ModelOptions, graph: Graph, { seed = 7, constants = false } = {}): Program {
  const table = parameterTable(model);
  const arena = engine.allocateFloats(table.arenaLength);
  const random = createRandom(seed);
  initialize(arena, table, { type: 'uniform', range: 0.3 }, random);
  const inputs = parameterBindings(table, arena);
  const program = engine.compile(graph, { inputs, constants: constants ? Object.keys(inputs) : [] });
  // Drawn row by row of the whole batch, so that the values do not depend on the number of shards.
  const draw = (name: string, value: () => number) => {
    const parts = program.inputs[name];
    if (!parts) return;
    const times = name === 'tokens' || name === 'targets' || name === 'weights' ? sequenceLength(program, model) : 1;
    const chunk = parts[0]!.length / times;
    for (let t = 0; t < times; t++) for (const part of parts) for (let i = 0; i < chunk; i++) part[t * chunk + i] = value();
  };
  for (const { name } of architectureOf(model).states) {
    draw(name, () => {
      // The normalizer n of the sLSTM is a sum of gates, and divides.
      if (name.startsWith('n.')) return 1 + Math.abs(random.normal());
      return name.endsWith('head.tokens') ? random.integer(model.vocabularySize) : random.normal();
    });
  }
  draw('tokens', () => random.integer(model.vocabularySize));
  draw('targets', () => random.integer(model.vocabularySize));
  for (const name of Object.keys(program.inputs))
    if (name.endsWith('previous.tokens')) draw(name, () => random.integer(model.vocabularySize));
  for (const name of Object.keys(program.inputs))
    if (name.endsWith('previous.known')) draw(name, () => Number(random.uniform() < 0.8));
  draw('randomTokens', () => random.integer(model.vocabularySize));
  for (const name of ['first', 'second']) draw(`relations.${name}`, () => random.integer(model.vocabularySize));
  draw('relations.shares', () => random.uniform());
  draw('weights', () => (random.uniform() < 0.1 ? 0 : 1));
  draw('inverseCount', () => 0.05);
  for (const name of Object.keys(program.inputs)) if (name.startsWith('objective.')) draw(name, () => 0.3 * random.normal());
  draw('step', () => 3);
  return program;
}

function sequenceLength(program: Program, model: ModelOptions): number {
  const [first] = architectureOf(model).states;
  // Without a state no step depends on another: any length is as good.
  if (!first) return 1;
  const state = program.inputs[first.name]![0]!;
  return program.inputs.tokens![0]!.length / (state.length / first.columns);
}

/** Largest difference, relative to the largest magnitude, which is taken to be at least `least`. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>, least = 1e-12): number {
  let difference = 0;
  let magnitude = least;
  for (let i = 0; i < expected.length; i++) {
    const gap = Math.abs(actual[i]! - expected[i]!);
    difference = Math.max(difference, Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap);
    magnitude = Math.max(magnitude, Math.abs(expected[i]!));
  }
  return difference / magnitude;
}
