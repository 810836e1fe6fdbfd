import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/engine/reference/reference-engine.js';
import { input } from '../../../src/graph/operations/input.js';
import { architectureOf } from '../../../src/model/architecture.js';
import { plainStep } from '../../../src/model/cells/cell.js';
import { mlstm } from '../../../src/model/cells/mlstm.js';
import { modelOptions } from '../../../src/model/specification.js';

/** A step of one unit from a state, with input 0: q, k, v, o and the gates i, f are their biases. */
function stepOf(bias: readonly number[], gates: readonly number[], state: readonly number[]) {
  const node = (name: string, columns = 1, rows = 1) => input(name, { rows, columns });
  const parameters = {
    weight_ih: node('W', 1, 4),
    bias: node('b', 4),
    weight_if: node('V', 1, 2),
    bias_if: node('d', 2),
  };
  const before = ['C', 'n', 'm'].map((name) => node(name));
  const context = plainStep((_, value) => value);
  const { output, state: after } = mlstm.create({}).step(node('x'), before, parameters, context);
  const [C = 0, n = 0, m = 0] = state;
  const given = { x: [0], W: [0, 0, 0, 0], V: [0, 0], b: bias, d: gates, C: [C], n: [n], m: [m] };
  const inputs = Object.fromEntries(Object.entries(given).map(([name, values]) => [name, [Float32Array.from(values)]]));
  const wanted = { output, C: after[0]!, n: after[1]!, m: after[2]! };
  const found = evaluate(wanted, inputs, { shards: 1, allocate: (length) => new Float32Array(length) });
  return Object.fromEntries(Object.entries(found).map(([name, [values]]) => [name, values![0]!]));
}

describe('the mLSTM', () => {
  test('reads what was written under a key, whatever the exponents', () => {
    // The value 0.7 is written under the key 2, with gates beyond the range of a float32, and read with the query 2 and an open output gate.
    for (const gate of [0, 50, 200]) expect(stepOf([2, 2, 0.7, 100], [gate, 0], []).output).toBeCloseTo(0.7, 5);
    // A gate of exp(-200) writes nothing: what is in the memory, 0.9 under the key 2, is read.
    const kept = stepOf([2, 2, 0.7, 100], [-200, 100], [1.8, 2, 0]);
    expect(kept.output).toBeCloseTo(0.9, 5);
  });

  test('is not divided by less than exp(-m): a query that is like no key reads little', () => {
    const { output, m } = stepOf([0.001, 1, 0.5, 100], [0, 0], []);
    expect(m).toBeCloseTo(0, 6);
    expect(output).toBeCloseTo(0.0005, 7);
  });
});

test('the heads are 4, 2 or 1 where the config does not set them, and have to divide the size', () => {
  const columns = (layer: object) =>
    architectureOf(modelOptions({ layers: [{ type: 'mlstm', ...layer }] }, 5)).states.map((state) => state.columns);
  expect(columns({ size: 12 })).toEqual([36, 12, 4]);
  expect(columns({ size: 6 })).toEqual([18, 6, 2]);
  expect(columns({ size: 5 })).toEqual([25, 5, 1]);
  expect(columns({ size: 6, heads: 3 })).toEqual([12, 6, 3]);
  expect(() => columns({ size: 6, heads: 4 })).toThrow('heads: the 6 values of the layer cannot be cut into 4 equal heads');
});
