import { describe, expect, test } from 'vitest';
import { topologicalOrder } from '../../../src/graph/node.js';
import { matrixProductOperation } from '../../../src/graph/operations/matrix-product.js';
import { cells } from '../../../src/model/cells/index.js';
import { predictionGraph, scoringGraph, trainingGraph } from '../../../src/model/graphs.js';
import { modelOptions } from '../../../src/model/specification.js';

/** The cells whose products do not depend on the state. */
const elementwise = ['mingru', 'minlstm', 'sru', 'qrnn', 'mlstm', 'rg-lru'];

/** Matrix products of a training step, of scoring and of prediction with windows of so many steps. */
function productsOf(type: string, steps: number, layer: object, vocabulary: number): number[] {
  const model = modelOptions(
    {
      embedding: { size: 6 },
      layers: [
        { type: 'rnn', size: 5 },
        { type, size: 7, ...layer },
      ],
    },
    vocabulary,
  );
  const window = { batchSize: 4, sequenceLength: steps, shards: 2, resets: true };
  const graphs = [trainingGraph(model, window, { seed: 1 }), scoringGraph(model, window), predictionGraph(model, window)];
  return graphs.map((graph) => {
    const products = topologicalOrder(Object.values(graph)).filter(({ operation }) => operation === matrixProductOperation);
    return products.length;
  });
}

/** What each step more adds. The layer of type rnn below multiplies its state in each step, forward and backward. */
function growth(type: string, layer: object, vocabulary: number): number[] {
  const [short, long] = [5, 9].map((steps) => productsOf(type, steps, layer, vocabulary));
  return short!.map((count, i) => (long![i]! - count) / 4);
}

describe.each(elementwise)('%s: the products of a window', (type) => {
  test.each([3, 1000])('are as many for any number of steps, with a vocabulary of %d tokens', (vocabulary) => {
    expect(growth(type, {}, vocabulary)).toEqual([2, 1, 1]);
  });

  test.each(['layer', 'rms'])('are as many for any number of steps, with %s normalization', (normalization) => {
    expect(growth(type, { normalization }, 3)).toEqual([2, 1, 1]);
  });

  test('cannot be masked by dropout of a state or of recurrent weights, which is refused', () => {
    for (const place of ['state', 'weight'])
      expect(() => modelOptions({ layers: [{ type, size: 4, dropout: { [place]: 0.1 } }] }, 5)).toThrow(
        `model.layers.0.dropout has the unknown key "${place}"`,
      );
  });
});

test('a cell that multiplies its state makes products in each step', () => {
  for (const { type } of cells) {
    const [short, long] = [5, 9].map((steps) => productsOf(type, steps, {}, 3)[2]!);
    expect(elementwise.includes(type), type).toBe(long! - short! === 4);
  }
});

test('a rotation is computed once for a window: a step multiplies the state by it, forward and backward', () => {
  expect(growth('exp-rnn', {}, 3)).toEqual([4, 2, 2]);
});
