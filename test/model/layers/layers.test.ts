/** Layers that are no cell against torch: test/golden/layers.py. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/engine/reference/reference-engine.js';
import type { OptionValues } from '../../../src/foundation/options.js';
import { gradients } from '../../../src/graph/autodiff.js';
import type { Node, Values } from '../../../src/graph/node.js';
import { input, parameter } from '../../../src/graph/operations/input.js';
import { multiply } from '../../../src/graph/operations/pointwise.js';
import { columnSums, rowSums, shardSum } from '../../../src/graph/operations/sums.js';
import { unrolledLayers } from '../../../src/model/architecture.js';
import { layerTypes } from '../../../src/model/layers/index.js';
import type { LayerContext } from '../../../src/model/layers/layer.js';
import { modelOptions, modelSpecification } from '../../../src/model/specification.js';

type Matrix = number[][];

interface LayerCase {
  name: string;
  layer: { type: string };
  x: Matrix;
  parameters: Record<string, number[] | Matrix>;
  dY: Matrix;
  output: Matrix;
  /** Buffers before and after the window. */
  before?: Record<string, number[]>;
  after?: Record<string, number[]>;
  gradients: Record<string, number[] | Matrix>;
}

const cases: LayerCase[] = JSON.parse(readFileSync(new URL('../../golden/layers/index.json', import.meta.url), 'utf8'));

const flat = (values: number[] | Matrix) => Float64Array.from(values.flat());
const inDouble = { shards: 1, allocate: (length: number) => new Float64Array(length) };

/** The layer of a case as it stands in a model, whose defaults it has, on rows that are one shard. */
function layerOf({ layer: values, x }: LayerCase) {
  const columns = x[0]!.length;
  const [choice] = modelSpecification({ embedding: { size: columns }, layers: [values] }).layers;
  const declaration = layerTypes.find(({ type }) => type === values.type)!;
  const layer = declaration.create(choice as unknown as OptionValues, { inputSize: columns, size: choice!.size ?? columns });
  const parameters = new Map(
    layer.parameters.map(({ name, shape }) => [name, parameter(name, shape.length === 1 ? 1 : shape[0], shape.at(-1)!)]),
  );
  return { layer, parameters, x: input('x', { rows: x.length, columns, sharded: true }) };
}

/** Reads the parameters; in training the positions that count too. The next values of buffers are put into `updated`. */
const contextOf = (parameters: ReadonlyMap<string, Node>, rows: number, updated?: Record<string, Node>): LayerContext => ({
  mode: updated ? 'train' : 'evaluate',
  steps: rows,
  batch: 1,
  parameter: (name) => parameters.get(name)!,
  state: () => expect.fail('these layers have no state'),
  keep: undefined,
  counted: updated && {
    weights: input('weights', { rows, columns: 1, sharded: true }),
    inverseCount: input('inverseCount', { rows: 1, columns: 1 }),
  },
  mask: () => undefined,
  weightMask: () => undefined,
  tap: (_, value) => value,
  penalty: () => undefined,
  updateBuffer(name, value) {
    updated![`buffer.${name}`] = value;
  },
  standard: () => undefined,
});

/** The largest difference from the golden. */
function difference(actual: ArrayLike<number>, expected: number[] | Matrix): number {
  const golden = flat(expected);
  expect(actual.length).toBe(golden.length);
  return Math.max(...golden.map((value, i) => Math.abs(value - actual[i]!)));
}

test('layers without a state are not unrolled over the window', () => {
  const layers = [{ type: 'normalization' }, { type: 'gru', size: 4 }, { type: 'normalization', form: 'rms' }];
  expect(unrolledLayers(modelOptions({ layers }, 5))).toBe(1);
});

test('a layer that keeps the size of its inputs has none in a config', () => {
  const layers = [{ type: 'normalization' }, { type: 'gru', size: 4 }];
  expect(modelSpecification({ layers })).toMatchObject({ embedding: { size: 4 }, layers: [{ epsilon: 1e-5 }, { size: 4 }] });
  expect(() => modelSpecification({ layers: [{ type: 'normalization', size: 4 }] })).toThrow(
    'model.layers.0 has the unknown key',
  );
});

/** A case on some shards, each with its part of the rows; rows of which the golden knows nothing count for nothing. */
function compute(one: LayerCase, shards: readonly Matrix[], dY: readonly Matrix[], weights: readonly number[][]) {
  const rows = shards[0]!.length;
  const { layer, parameters, x } = layerOf({ ...one, x: shards[0]! });
  const updated = one.name.endsWith('in training') ? {} : undefined;
  const { output } = layer.forward(x, contextOf(parameters, rows, updated));
  const names = Object.keys(one.gradients);
  const total = multiply(output, input('dY', { rows, columns: output.columns, sharded: true }));
  const derived = gradients(
    shardSum(columnSums(rowSums(total))),
    names.map((name) => (name === 'x' ? x : parameters.get(name)!)),
  );
  const given = Object.entries({ ...one.parameters, ...one.before }).map(([name, values]) => [name, [flat(values)]] as const);
  const inputs = {
    ...Object.fromEntries(given),
    x: shards.map(flat),
    dY: dY.map(flat),
    weights: weights.map((column) => Float64Array.from(column)),
    inverseCount: [Float64Array.of(1 / one.x.length)],
  };
  const outputs = { output, ...updated, ...Object.fromEntries(names.map((name, i) => [`gradient.${name}`, derived[i]!])) };
  return evaluate(outputs, inputs, { ...inDouble, shards: shards.length });
}

function expectBuffers(found: Record<string, readonly Values[]>, { after = {}, name }: LayerCase): void {
  if (!name.endsWith('in training')) return;
  for (const [buffer, expected] of Object.entries(after))
    expect(difference(found[`buffer.${buffer}`]![0]!, expected), buffer).toBeLessThan(1e-12);
}

describe.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
  test('has the outputs and gradients of torch', () => {
    const found = compute(one, [one.x], [one.dY], [one.x.map(() => 1)]);
    expect(difference(found.output![0]!, one.output)).toBeLessThan(1e-12);
    for (const [name, expected] of Object.entries(one.gradients))
      expect(difference(found[`gradient.${name}`]![0]!, expected), name).toBeLessThan(1e-12);
    expectBuffers(found, one);
  });
});

test('batch normalization is over the positions of all shards that count', () => {
  const one = cases.find(({ name }) => name === 'batch normalization in training')!;
  const filler = one.x[0]!.map(() => 100);
  const parts = (rows: Matrix, last: number[]) => [[...rows.slice(0, 2), last], rows.slice(2, 5), [rows[5]!, last, last]];
  const nothing = one.x[0]!.map(() => 0);
  const weights = [
    [1, 1, 0],
    [1, 1, 1],
    [1, 0, 0],
  ];
  const found = compute(one, parts(one.x, filler), parts(one.dY, nothing), weights);
  const counted = (values: readonly Values[]) => {
    const columns = filler.length;
    return values.flatMap((part, shard) => Array.from(part).filter((_, i) => weights[shard]![Math.floor(i / columns)] === 1));
  };
  expect(difference(counted(found.output!), one.output)).toBeLessThan(1e-12);
  expect(difference(counted(found['gradient.x']!), one.gradients.x!)).toBeLessThan(1e-12);
  expect(difference(found['gradient.weight']![0]!, one.gradients.weight!)).toBeLessThan(1e-12);
  expectBuffers(found, one);
});
