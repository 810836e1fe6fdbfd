import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { gradients } from '../../src/graph/autodiff.js';
import { type Outputs, topologicalOrder, type Values } from '../../src/graph/node.js';
import { input, inputOperation, parameter } from '../../src/graph/operations/input.js';
import { multiply } from '../../src/graph/operations/pointwise.js';
import { columnSums, rowSums, shardSum } from '../../src/graph/operations/sums.js';
import { architectureOf } from '../../src/model/architecture.js';
import { connectionOf } from '../../src/model/connections.js';
import { hiddenScoringGraph, trainingGraph } from '../../src/model/graphs.js';
import { initialize } from '../../src/model/initialization.js';
import { entryView, parameterTable } from '../../src/model/parameter-table.js';
import { type ModelOptions, modelOptions } from '../../src/model/specification.js';
import { userErrorOf } from '../foundation/thrown.js';

const V = 7;
const E = 4;
const window = { batchSize: 2, sequenceLength: 3, shards: 1 };
const rows = 6;
const inDouble = { shards: 1, allocate: (length: number) => new Float64Array(length) };

const modelOf = (...layers: Record<string, unknown>[]) => modelOptions({ embedding: { size: E }, layers }, V);
const layer = (connection: string, more = {}) => ({ type: 'rnn', size: E, connection, ...more });

/** Values for all inputs; those of one name are the same in every graph. */
function inputsOf(graph: Outputs): Record<string, [Values]> {
  const inputs: Record<string, [Values]> = {};
  for (const { operation, attributes, rows: r, columns } of topologicalOrder(Object.values(graph))) {
    if (operation !== inputOperation) continue;
    const name = attributes.name as string;
    const random = createRandom([...name].reduce((sum, letter) => 31 * sum + letter.charCodeAt(0), 7) % 1e9);
    const length = r * columns;
    inputs[name] = [
      attributes.integer
        ? Int32Array.from({ length }, () => random.integer(V))
        : Float64Array.from({ length }, () => 0.7 * random.normal()),
    ];
  }
  return inputs;
}

/** What the head gets at each position. */
function hiddenOf(model: ModelOptions): { hidden: Values; inputs: Record<string, [Values]> } {
  const graph = hiddenScoringGraph(model, window);
  const inputs = inputsOf(graph);
  return { hidden: evaluate({ hidden: graph.hidden! }, inputs, inDouble).hidden![0]!, inputs };
}

const { hidden: y, inputs: own } = hiddenOf(modelOf(layer('none')));
/** The embedded tokens, which are the layer's inputs. */
const x = Float64Array.from(
  { length: rows * E },
  (_, i) => own['encoder.weight']![0][own.tokens![0][Math.floor(i / E)]! * E + (i % E)]!,
);

const expectClose = (actual: Values, expected: ArrayLike<number>) => {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i]!, 12);
};

describe("the next layer's input, from the inputs x and the outputs y", () => {
  test('none: y', () => {
    expect(connectionOf('none').outputSize(3, 5)).toBe(5);
    expect(hiddenOf(modelOf(layer('none'))).hidden).toEqual(y);
  });

  test('residual: x + y', () => {
    expectClose(
      hiddenOf(modelOf(layer('residual'))).hidden,
      x.map((value, i) => value + y[i]!),
    );
  });

  test('highway: t y + (1 - t) x, with t = sigmoid(W x + b)', () => {
    const { hidden, inputs } = hiddenOf(modelOf(layer('highway')));
    const [weight] = inputs['layers.0.highway_weight']!;
    const [bias] = inputs['layers.0.highway_bias']!;
    const expected = x.map((value, i) => {
      const [row, column] = [Math.floor(i / E), i % E];
      const sum = x.slice(row * E, row * E + E).reduce((all, one, k) => all + one * weight[column * E + k]!, bias[column]!);
      const t = 1 / (1 + Math.exp(-sum));
      return t * y[i]! + (1 - t) * value;
    });
    expectClose(hidden, expected);
  });

  test('dense: x and y side by side, so that the last layer hands on all before it', () => {
    const one = hiddenOf(modelOf(layer('dense'))).hidden;
    const expected = Array.from({ length: rows }, (_, r) => [
      ...x.slice(r * E, r * E + E),
      ...y.slice(r * E, r * E + E),
    ]).flat();
    expectClose(one, expected);
    const model = modelOf(
      layer('dense'),
      { type: 'lstm', size: 3, connection: 'dense' },
      { type: 'normalization', connection: 'dense' },
    );
    const { layers, hiddenSize } = architectureOf(model);
    expect(layers.map(({ inputSize }) => inputSize)).toEqual([E, 2 * E, 2 * E + 3]);
    expect(hiddenSize).toBe(2 * (2 * E + 3));
    const { hidden } = hiddenOf(model);
    for (let r = 0; r < rows; r++)
      expectClose(hidden.slice(r * hiddenSize, r * hiddenSize + 2 * E), expected.slice(2 * E * r, 2 * E * (r + 1)));
  });

  test('has dropout of y alone: the bypass is never dropped', () => {
    const model = modelOf(layer('residual', { dropout: 0.999999 }));
    const graph = trainingGraph(model, window, { seed: 1, taps: ['logits'] });
    const inputs = inputsOf(graph);
    const logits = evaluate({ logits: graph['tap.logits']! }, inputs, inDouble).logits![0]!;
    const [weight] = inputs['decoder.weight']!;
    const [bias] = inputs['decoder.bias']!;
    const expected = Array.from({ length: rows * V }, (_, i) => {
      const [row, v] = [Math.floor(i / V), i % V];
      return x.slice(row * E, row * E + E).reduce((all, one, k) => all + one * weight[v * E + k]!, bias[v]!);
    });
    expectClose(logits, expected);
  });
});

test('a highway initially passes its inputs on: its gate has a bias of -2', () => {
  const table = parameterTable(modelOf({ type: 'gru', size: E }, layer('highway')));
  const arena = new Float32Array(table.arenaLength);
  initialize(arena, table, { type: 'pytorch' }, createRandom(1));
  const bias = table.entries.find(({ name }) => name === 'layers.1.highway_bias')!;
  expect([...entryView(arena, bias)]).toEqual([-2, -2, -2, -2]);
});

test.each(['residual', 'highway'])('%s needs a layer with as many outputs as inputs', (connection) => {
  const error = userErrorOf(() => modelOf({ type: 'gru', size: 6, connection: 'dense' }, layer(connection)));
  expect(error.message).toBe(
    `the config: model.layers.1 has 10 inputs and 4 outputs, where a ${connection} connection needs as many outputs as inputs`,
  );
});

interface ConnectionCase {
  name: string;
  connection: string;
  x: number[][];
  y: number[][];
  parameters: Record<string, number[] | number[][]>;
  dY: number[][];
  output: number[][];
  gradients: Record<string, number[] | number[][]>;
}

const path = new URL('../golden/layers/connections.json', import.meta.url);
const goldens: ConnectionCase[] = JSON.parse(readFileSync(path, 'utf8'));

test.each(goldens)('$name has the outputs and gradients of torch', (golden) => {
  const connection = connectionOf(golden.connection);
  const matrix = (name: 'x' | 'y') =>
    input(name, { rows: golden[name].length, columns: golden[name][0]!.length, sharded: true });
  const inputs = new Map(
    [['x', matrix('x')] as const, ['y', matrix('y')] as const].map(([name, node]) => [name as string, node]),
  );
  for (const { name, shape } of connection.parameters(golden.y[0]!.length))
    inputs.set(name, parameter(name, shape.length === 1 ? 1 : shape[0], shape.at(-1)!));
  const output = connection.apply(
    inputs.get('x')!,
    inputs.get('y')!,
    (name) => inputs.get(name)!,
    (_, value) => value,
  );
  const dY = input('dY', { rows: output.rows, columns: output.columns, sharded: true });
  const names = Object.keys(golden.gradients);
  const derived = gradients(
    shardSum(columnSums(rowSums(multiply(output, dY)))),
    names.map((name) => inputs.get(name)!),
  );
  const given = Object.entries({ ...golden.parameters, x: golden.x, y: golden.y, dY: golden.dY });
  const found = evaluate(
    { output, ...Object.fromEntries(names.map((name, i) => [name, derived[i]!])) },
    Object.fromEntries(given.map(([name, values]) => [name, [Float64Array.from(values.flat())]])),
    inDouble,
  );
  for (const [name, expected] of Object.entries({ output: golden.output, ...golden.gradients }))
    expectClose(found[name]![0]!, expected.flat());
});
