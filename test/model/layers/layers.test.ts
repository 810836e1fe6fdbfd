/** Layers that are no cell against torch: test/golden/layers.py. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/engine/reference/reference-engine.js';
import type { OptionValues } from '../../../src/foundation/options.js';
import { gradients } from '../../../src/graph/autodiff.js';
import type { Node } from '../../../src/graph/node.js';
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

const contextOf = (parameters: ReadonlyMap<string, Node>, rows: number): LayerContext => ({
  mode: 'evaluate',
  steps: rows,
  batch: 1,
  parameter: (name) => parameters.get(name)!,
  state: () => expect.fail('these layers have no state'),
  keep: undefined,
  mask: () => undefined,
  weightMask: () => undefined,
  tap: (_, value) => value,
  penalty: () => undefined,
  updateBuffer: () => undefined,
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

describe.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
  test('has the outputs and gradients of torch', () => {
    const { layer, parameters, x } = layerOf(one);
    const { output } = layer.forward(x, contextOf(parameters, x.rows));
    const dY = input('dY', { rows: x.rows, columns: output.columns, sharded: true });
    const total = shardSum(columnSums(rowSums(multiply(output, dY))));
    const names = Object.keys(one.gradients);
    const derived = gradients(
      total,
      names.map((name) => (name === 'x' ? x : parameters.get(name)!)),
    );
    const given = Object.entries({ ...one.parameters, x: one.x, dY: one.dY }).map(
      ([name, values]) => [name, [flat(values)]] as const,
    );
    const outputs = { output, ...Object.fromEntries(names.map((name, i) => [`gradient.${name}`, derived[i]!])) };
    const found = evaluate(outputs, Object.fromEntries(given), inDouble);
    expect(difference(found.output![0]!, one.output)).toBeLessThan(1e-12);
    for (const name of names)
      expect(difference(found[`gradient.${name}`]![0]!, one.gradients[name]!), name).toBeLessThan(1e-12);
  });
});
