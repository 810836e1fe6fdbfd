import { describe, expect, it, test } from 'vitest';
import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { type Outputs, topologicalOrder, type Values } from '../../src/graph/node.js';
import { inputOperation } from '../../src/graph/operations/input.js';
import { cells } from '../../src/model/cells/index.js';
import { predictionGraph } from '../../src/model/graphs.js';
import { recurrentStates } from '../../src/model/recurrent-states.js';
import { type ModelOptions, modelOptions } from '../../src/model/specification.js';
import { stateJacobianGraph } from '../../src/model/state-jacobian-graph.js';
import { variantsOf } from '../variants.js';

const [V, K] = [5, 3];
const inDouble = { shards: 1, allocate: (length: number) => new Float64Array(length) };

const compute = (graph: Outputs, inputs: Record<string, [Values]>) =>
  Object.fromEntries(Object.entries(evaluate(graph, inputs, inDouble)).map(([name, [values]]) => [name, values!]));

/** Random values for the inputs of both graphs; the rows of a state are equal, the cotangents differ. */
function valuesFor(...graphs: Outputs[]): Record<string, [Values]> {
  const random = createRandom(4);
  const values: Record<string, [Values]> = {};
  for (const node of topologicalOrder(graphs.flatMap((graph) => Object.values(graph)))) {
    if (node.operation !== inputOperation) continue;
    const { rows, columns, attributes } = node;
    const name = attributes.name as string;
    if (attributes.integer) values[name] ??= [new Int32Array(rows).fill(2)];
    else if (name.startsWith('n.')) {
      // The normalizer of the xLSTM's cells is a sum of gates, and divides.
      const row = Float64Array.from({ length: columns }, () => 1 + Math.abs(random.normal()));
      values[name] ??= [Float64Array.from({ length: rows * columns }, (_, i) => row[i % columns]!)];
    } else if (node.scope === 'sharded' && !name.startsWith('cotangent.')) {
      const row = Float64Array.from({ length: columns }, () => random.normal());
      values[name] ??= [Float64Array.from({ length: rows * columns }, (_, i) => row[i % columns]!)];
    } else if (name.includes('running_var')) values[name] ??= [new Float64Array(rows * columns).fill(1.5)];
    else values[name] ??= [Float64Array.from({ length: rows * columns }, () => 0.7 * random.normal())];
  }
  return values;
}

/** The largest difference between the products of the graph and central differences of v . s', relative to the largest product. */
function productError(model: ModelOptions): number {
  const graph = stateJacobianGraph(model, K);
  const { logits: _, ...after } = predictionGraph(model, { batchSize: K, sequenceLength: 1, shards: 1 });
  const inputs = valuesFor(graph, after);
  const found = compute(graph, inputs);
  let [worst, largest] = [0, 0];
  for (const { parts } of recurrentStates(model)) {
    /** v . s' of each row, where s' is the state of this layer after the step. */
    const projections = () => {
      const next = compute(after, inputs);
      return Array.from({ length: K }, (_, row) =>
        parts.reduce((sum, { state, name, columns }) => {
          const cotangent = inputs[`cotangent.${name}`]![0];
          for (let c = row * columns; c < (row + 1) * columns; c++) sum += cotangent[c]! * next[`next.${state}`]![c]!;
          return sum;
        }, 0),
      );
    };
    for (const { state, name, columns } of parts) {
      const values = inputs[state]![0];
      const shifted = (column: number, by: number) => {
        for (let row = 0; row < K; row++) values[row * columns + column]! += by;
        const result = projections();
        for (let row = 0; row < K; row++) values[row * columns + column]! -= by;
        return result;
      };
      for (let column = 0; column < columns; column++) {
        const [above, below] = [shifted(column, 1e-5), shifted(column, -1e-5)];
        for (let row = 0; row < K; row++) {
          const numeric = (above[row]! - below[row]!) / 2e-5;
          worst = Math.max(worst, Math.abs(found[`product.${name}`]![row * columns + column]! - numeric));
          largest = Math.max(largest, Math.abs(numeric));
        }
      }
    }
  }
  expect(largest).toBeGreaterThan(0.01);
  return worst / largest;
}

const layersOf = (layer: object) => [
  { type: 'rnn', size: 4 },
  { ...layer, size: 4 },
];

describe('products with the Jacobian of a state are those of central differences', () => {
  it.each(cells.flatMap(variantsOf).map((layer) => [Object.values(layer).join(' '), layer] as const))('%s', (_, layer) => {
    expect(productError(modelOptions({ embedding: { size: 3 }, layers: layersOf(layer) }, V))).toBeLessThan(1e-7);
  });

  it.each([
    ['zoneout and dropout', { type: 'lstm', zoneout: { h: 0.2, c: 0.4 }, dropout: 0.3 }],
    ['layer normalization', { type: 'lstm', normalization: 'layer' }],
    ['batch normalization', { type: 'gru', normalization: 'batch' }],
    ['a connection', { type: 'gru', connection: 'residual' }],
  ])('with %s', (_, layer) => {
    expect(productError(modelOptions({ embedding: { size: 4 }, layers: layersOf(layer) }, V))).toBeLessThan(1e-7);
  });

  it('beside attention and a pointer, whose histories are no recurrent state', () => {
    const layers = [
      { type: 'gru', size: 4 },
      { type: 'attention', size: 4, window: 3 },
      { type: 'lstm', size: 4 },
    ];
    const model = modelOptions({ embedding: { size: 4 }, layers, head: { type: 'pointer-sentinel', window: 3 } }, V);
    expect(recurrentStates(model).map(({ layer }) => layer)).toEqual([0, 2]);
    expect(productError(model)).toBeLessThan(1e-7);
  });
});

test('the Jacobians of a bidirectional model are refused', () => {
  const model = modelOptions({ bidirectional: true, embedding: { size: 4 }, layers: [{ type: 'gru', size: 4 }] }, V);
  expect(() => stateJacobianGraph(model, 1)).toThrow('one stack at a time');
});
