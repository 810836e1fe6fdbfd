/** The variants of the LSTM that torch.nn does not have, against plain torch programs (test/golden/lstm_variants.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/engine/reference/reference-engine.js';
import { gradients } from '../../../src/graph/autodiff.js';
import { input, parameter } from '../../../src/graph/operations/input.js';
import { multiply } from '../../../src/graph/operations/pointwise.js';
import { columnSums, rowSums, shardSum } from '../../../src/graph/operations/sums.js';
import { lstm } from '../../../src/model/cells/lstm.js';
import type { LayerContext } from '../../../src/model/layers/layer.js';
import { recurrentLayer } from '../../../src/model/layers/recurrent.js';

interface VariantCase {
  options: { coupledGates: boolean; peepholes: boolean };
  sizes: { T: number; B: number; E: number; H: number };
  inputs: Record<string, number[]>;
  outputs: Record<string, number[]>;
}

const cases: VariantCase[] = JSON.parse(readFileSync(new URL('../../golden/lstm-variants.json', import.meta.url), 'utf8'));

test('the goldens are those of every variant', () => {
  expect(cases.map(({ options }) => lstm.name(options))).toEqual([
    'LSTM with coupled gates',
    'LSTM with peepholes',
    'LSTM with coupled gates and peepholes',
  ]);
});

describe.each(cases.map((one) => [lstm.name(one.options), one] as const))('%s', (_, { options, sizes, inputs, outputs }) => {
  test('computes the outputs, states and gradients of the equations of its paper', () => {
    const { T, B, E, H } = sizes;
    const layer = recurrentLayer(lstm).create(options, { inputSize: E, size: H });
    const nodes = {
      ...Object.fromEntries(
        layer.parameters.map(({ name, shape }) => [name, parameter(name, shape.length === 1 ? 1 : shape[0], shape.at(-1)!)]),
      ),
      x: input('x', { rows: T * B, columns: E, sharded: true }),
      h: input('h', { rows: B, columns: H, sharded: true }),
      c: input('c', { rows: B, columns: H, sharded: true }),
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
      'next.h': state[0]!,
      'next.c': state[1]!,
      ...Object.fromEntries(Object.keys(nodes).map((name, i) => [`grad.${name}`, derived[i]!])),
    };
    const given = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, [Float64Array.from(values)]]));
    const found = evaluate(graph, given, { shards: 1, allocate: (length) => new Float64Array(length) });
    expect(Object.keys(found).sort()).toEqual(Object.keys(outputs).sort());
    for (const [name, [values]] of Object.entries(found))
      for (const [i, expected] of outputs[name]!.entries()) expect(values![i], name).toBeCloseTo(expected, 12);
  });
});
