import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { entryView, type ParameterTable, parameterTable } from '../../src/model/parameter-table.js';
import { divergenceError } from '../../src/train/divergence.js';
import { equalLayers } from '../model/short-form.js';

const table = parameterTable(
  equalLayers({
    vocabularySize: 5,
    cell: { type: 'lstm' },
    layers: 2,
    embeddingSize: 4,
    hiddenSize: 4,
    dropout: 0,
    tieWeights: false,
  }),
);

/** An arena of ones, with a value in the first place of some tensors. */
function arena(names: readonly string[], value: number, { entries, arenaLength }: ParameterTable = table): Float32Array {
  const floats = new Float32Array(arenaLength).fill(1);
  for (const entry of entries) if (names.includes(entry.name)) entryView(floats, entry)[0] = value;
  return floats;
}

interface Found {
  parameters?: Float32Array;
  gradients?: Float32Array;
  state?: Record<string, readonly Float32Array[]>;
  loss?: number;
  training?: object;
}

function messageOf({
  parameters = arena([], 1),
  gradients = arena([], 1),
  state = {},
  loss = 3,
  training = {},
}: Found): string {
  const config = resolveConfig({ corpus: { path: 'a.txt' }, training: { epochs: 1, ...training } });
  const numbers = { step: 7, during: 'training', loss, table, learningRate: 0.1, config } as const;
  return divergenceError({ ...numbers, parameters, gradients, state }, {}).message;
}

const lower = ['encoder.weight', 'rnn.weight_ih_l0', 'rnn.weight_hh_l0', 'rnn.bias_ih_l0', 'rnn.bias_hh_l0'];
const upper = ['rnn.weight_ih_l1', 'rnn.weight_hh_l1', 'rnn.bias_ih_l1', 'rnn.bias_hh_l1'];
const decoder = ['decoder.weight', 'decoder.bias'];

describe('where a training diverged', () => {
  it.each([
    [[...lower, ...upper, ...decoder], 'the gradients of the decoder (decoder.weight, decoder.bias)'],
    [[...lower, ...upper], `the gradients of layer 2 (${upper.join(', ')})`],
    [lower, `the gradients of layer 1 (${lower.slice(1).join(', ')})`],
    [['encoder.weight'], 'the gradients of the embedding (encoder.weight)'],
  ])('is the uppermost part that gradients came down from: %j', (broken, said) => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(messageOf({ gradients: arena(broken, value) })).toContain(`at step 7: ${said} are not finite (loss 3)`);
  });

  it('is the lowest layer whose state is not finite, and the decoder when all states are finite', () => {
    const [good, bad] = [new Float32Array([1, 2]), new Float32Array([1, Number.NaN])];
    const gradients = arena([...lower, ...upper, ...decoder], Number.NaN);
    const state = { 'h.0': [good, good], 'c.0': [good, good], 'h.1': [good, bad], 'c.1': [bad, good] };
    expect(messageOf({ gradients, state, loss: Number.NaN })).toContain('the state of layer 2 (h.1) is not finite (loss NaN)');
    const finite = { 'h.0': [good], 'h.1': [good] };
    expect(messageOf({ gradients, state: finite, loss: Number.NaN })).toContain('the logits of the decoder are too large');
  });

  it('is each parameter that is not finite, with how many of its numbers', () => {
    const parameters = arena(['rnn.weight_hh_l0', 'decoder.bias'], Number.POSITIVE_INFINITY);
    const said = 'parameters not finite: rnn.weight_hh_l0 (1 of 64 numbers), decoder.bias (1 of 5 numbers)';
    expect(messageOf({ parameters, loss: Number.NaN })).toContain(said);
  });

  it('is the largest gradient when all are finite and the sum of their squares is not', () => {
    const message = messageOf({ gradients: arena(['rnn.weight_hh_l1'], 1e30) });
    expect(message).toContain('the sum of the squared gradients is too large for float32');
    expect(message).toContain('of rnn.weight_hh_l1, with the norm 1.000e+30');
  });

  it('comes with the parameters and the state that had grown before', () => {
    const state = { 'h.0': [new Float32Array([1])], 'h.1': [new Float32Array([-2e9])] };
    const message = messageOf({ parameters: arena(['rnn.bias_ih_l0'], -4e12), state, loss: Number.NaN });
    expect(message).toContain('parameters up to 4.000e+12 (rnn.bias_ih_l0), a state up to 2.000e+9 (layer 2)');
  });
});

describe('what to change after a divergence', () => {
  it.each([
    [{ clipping: { type: 'none' } }, 'Lower training.optimizer.learningRate (0.1 at this step), or clip the gradients'],
    [{ clipping: { type: 'norm', threshold: 5 } }, 'Lower training.optimizer.learningRate (0.1 at this step).'],
    [{ clipping: { type: 'norm', threshold: 1e6 } }, '(0.1 at this step) or training.clipping.threshold (1000000).'],
    // 1 - 0.1 * 30
    [
      { optimizer: { type: 'sgd' }, regularization: { l2: 30 } },
      'training.regularization.l2 (30): with the learning rate 0.1 each step multiplies the weights by -2.',
    ],
    [{ optimizer: { type: 'sgd' }, regularization: { l2: 0.1 } }, 'Lower training.optimizer.learningRate'],
  ])('fits %j', (training, remedy) => {
    expect(messageOf({ loss: Number.NaN, training })).toContain(remedy);
  });
});
