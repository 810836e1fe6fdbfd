import { expect, it } from 'vitest';
import { modelOptions } from '../../src/model/specification.js';
import { tappedValues } from '../../src/model/tapped-values.js';

it('the values that layers name have their sizes and operations, and one name each', () => {
  const layers = [
    { type: 'lstm', size: 3 },
    { type: 'rnn', size: 2, nonlinearity: 'relu' },
    { type: 'feed-forward', size: 5 },
  ];
  const found = tappedValues(modelOptions({ embedding: { size: 4 }, layers }, 6));
  expect(found.map(({ name, layer, columns, operation }) => [name, layer, columns, operation])).toEqual([
    ['layers.0.gate.f', 0, 3, 'sigmoid'],
    ['layers.0.gate.i', 0, 3, 'sigmoid'],
    ['layers.0.candidate.g', 0, 3, 'tanh'],
    ['layers.0.gate.o', 0, 3, 'sigmoid'],
    ['layers.0.output', 0, 3, 'multiply'],
    ['layers.0.state.c', 0, 3, 'add'],
    ['layers.1.output', 1, 2, 'relu'],
    ['layers.2.output', 2, 5, 'relu'],
  ]);
  for (const { layer, name, own } of found) expect(name).toBe(`layers.${layer}.${own}`);
});
