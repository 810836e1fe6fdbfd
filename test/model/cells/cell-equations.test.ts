/** The cells, and options of cells, that torch.nn does not have, against plain torch programs (test/golden/cell_equations.py). */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/engine/reference/reference-engine.js';
import { gradients } from '../../../src/graph/autodiff.js';
import { input, parameter } from '../../../src/graph/operations/input.js';
import { multiply } from '../../../src/graph/operations/pointwise.js';
import { columnSums, rowSums, shardSum } from '../../../src/graph/operations/sums.js';
import { cells } from '../../../src/model/cells/index.js';
import { recurrentLayers } from '../../../src/model/layers/index.js';
import type { LayerContext } from '../../../src/model/layers/layer.js';
import { cellCases } from '../../golden/read-golden.js';
import { variantsOf } from '../../variants.js';

interface EquationsCase {
  type: string;
  options: Record<string, string | number | boolean>;
  sizes: { T: number; B: number; E: number; H: number };
  shapes: Record<string, number[]>;
  inputs: Record<string, number[]>;
  outputs: Record<string, number[]>;
}

const folder = new URL('../../golden/cell-equations/', import.meta.url);
const cases = readdirSync(folder).flatMap((file): EquationsCase[] => {
  const type = file.replace('.json', '');
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8')).map((one: object) => ({ type, ...one }));
});

test('each cell of the registry has a golden, with every combination of its choices', () => {
  const known = [...cases.map(({ type, options }) => ({ type, ...options })), ...cellCases.map(({ cell }) => cell)];
  for (const cell of cells) {
    const choices = Object.entries(cell.options).filter(([, { kind }]) => kind === 'choice' || kind === 'switch');
    const options = Object.fromEntries(choices);
    for (const variant of variantsOf({ type: cell.type, options })) {
      const defaults = Object.fromEntries(choices.map(([name, option]) => [name, option.default]));
      expect(known.map((one) => ({ ...(one.type === cell.type && defaults), ...one }))).toContainEqual(
        expect.objectContaining(variant),
      );
    }
  }
});

const titled = cases.map((one) => {
  const settings = Object.entries({ ...one.options, ...one.sizes }).map(([name, value]) => `${name} ${value}`);
  return [`${one.type}, ${settings.join(', ')}`, one] as const;
});

describe.each(titled)('%s', (_, { type, options, sizes, shapes, inputs, outputs }) => {
  test('computes the outputs, states and gradients of the equations of its paper', () => {
    const { T, B, E, H } = sizes;
    const layer = recurrentLayers.find((entry) => entry.type === type)!.create(options, { inputSize: E, size: H });
    expect(Object.fromEntries(layer.parameters.map(({ name, shape }) => [name, shape]))).toEqual(shapes);
    const nodes = {
      ...Object.fromEntries(
        layer.parameters.map(({ name, shape }) => [name, parameter(name, shape.length === 1 ? 1 : shape[0], shape.at(-1)!)]),
      ),
      x: input('x', { rows: T * B, columns: E, sharded: true }),
      ...Object.fromEntries(
        layer.states.map(({ name, columns }) => [name, input(name, { rows: B, columns, sharded: true })] as const),
      ),
    };
    const named = (name: string) => nodes[name as keyof typeof nodes]!;
    const context: LayerContext = {
      mode: 'evaluate',
      steps: T,
      batch: B,
      parameter: named,
      state: named,
      keep: undefined,
      mask: () => undefined,
      weightMask: () => undefined,
      tap: (_, value) => value,
      penalty: () => undefined,
      updateBuffer: () => undefined,
      standard: () => undefined,
    };
    const { output, state } = layer.forward(nodes.x, context);
    const weights = input('weights', { rows: T * B, columns: H, sharded: true });
    const derived = gradients(shardSum(columnSums(rowSums(multiply(output, weights)))), Object.values(nodes));
    const graph = {
      output,
      ...Object.fromEntries(layer.states.map(({ name }, i) => [`next.${name}`, state[i]!])),
      ...Object.fromEntries(Object.keys(nodes).map((name, i) => [`grad.${name}`, derived[i]!])),
    };
    const given = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, [Float64Array.from(values)]]));
    const found = evaluate(graph, given, { shards: 1, allocate: (length) => new Float64Array(length) });
    expect(Object.keys(found).sort()).toEqual(Object.keys(outputs).sort());
    for (const [name, [values]] of Object.entries(found))
      for (const [i, expected] of outputs[name]!.entries()) expect(values![i], name).toBeCloseTo(expected, 12);
  });
});
