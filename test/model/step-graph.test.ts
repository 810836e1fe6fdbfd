import { expect, test } from 'vitest';
import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import type { Values } from '../../src/graph/node.js';
import { architectureOf } from '../../src/model/architecture.js';
import { predictionGraph } from '../../src/model/graphs.js';
import { initialize } from '../../src/model/initialization.js';
import { parameterBindings, parameterTable } from '../../src/model/parameter-table.js';
import { modelOptions } from '../../src/model/specification.js';
import { connectionGraph, headGraph, stepGraph } from '../../src/model/step-graph.js';

test('the steps of the layers, their connections and the head, one after the other, are the step of the model', () => {
  const layers = [
    { type: 'lstm', size: 4, connection: 'highway' },
    { type: 'gru', size: 3, connection: 'dense' },
    { type: 'feed-forward', dropout: 0.5 },
  ];
  const options = modelOptions({ embedding: { size: 4 }, layers, dropout: 0.3, head: { type: 'softmax' } }, 5);
  const architecture = architectureOf(options);
  const table = parameterTable(options);
  const arena = new Float32Array(table.arenaLength);
  const random = createRandom(2);
  initialize(arena, table, { type: 'uniform', range: 0.8 }, random);
  const parameters = parameterBindings(table, arena);
  const batch = 3;
  const state = Object.fromEntries(
    architecture.states.map(({ name, columns }) => [
      name,
      [Float64Array.from({ length: batch * columns }, () => random.normal())] as const,
    ]),
  );
  const taps: string[] = [];
  const run = (graph: Parameters<typeof evaluate>[0], inputs: Record<string, readonly Values[]>) =>
    evaluate(graph, { ...parameters, ...inputs }, { shards: 1, allocate: (length) => new Float64Array(length) });

  const tokens = [4, 0, 2];
  const wanted = run(predictionGraph(options, { batchSize: batch, sequenceLength: 1, shards: 1 }), {
    ...state,
    tokens: [Int32Array.from(tokens)],
  });
  const embedding = parameters['encoder.weight']![0]!;
  let x: Values = Float64Array.from(tokens.flatMap((token) => [...embedding.subarray(4 * token, 4 * token + 4)]));
  for (const [index, placed] of architecture.layers.entries()) {
    const own = Object.fromEntries(placed.layer.states.map(({ name }) => [name, state[placed.stateName(name)]!]));
    const tap = <T>(name: string, value: T) => {
      taps.push(name);
      return value;
    };
    const step = stepGraph(placed, index, table, batch, tap);
    expect(Object.values(step).map(({ scope }) => scope)).toEqual(Object.keys(step).map(() => 'sharded'));
    const { output, ...next } = run(step, { ...own, x: [x] });
    expect(Object.keys(next)).toEqual(placed.layer.states.map(({ name }) => `next.${name}`));
    for (const { name } of placed.layer.states)
      expectSame(next[`next.${name}`]![0]!, wanted[`next.${placed.stateName(name)}`]![0]!);
    const connection = connectionGraph(placed, index, table, batch, tap);
    expect(connection.output.scope).toBe('sharded');
    x = run(connection, { x: [x], y: output! }).output![0]!;
  }
  const head = headGraph(architecture, table, batch);
  expect(head.logits.scope).toBe('sharded');
  expectSame(run(head, { x: [x] }).logits![0]!, wanted.logits![0]!);
  expect(taps).toEqual(expect.arrayContaining(['layers.0.gate.f', 'layers.0.output', 'layers.1.output']));
});

function expectSame(found: Values, wanted: Values): void {
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 6);
}
