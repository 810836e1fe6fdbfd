import { describe, expect, it } from 'vitest';
import { modelOptions } from '../../src/model/model-options.js';
import { userErrorOf } from '../checkpoint/thrown.js';

const section = {
  cell: { type: 'lstm' },
  layers: 2,
  embeddingSize: 8,
  hiddenSize: 12,
  dropout: 0.5,
  tieWeights: false,
  initialization: { type: 'pytorch' },
};

describe('the model section of a config', () => {
  it('becomes the options of a model', () => {
    const { initialization: _, ...model } = section;
    expect(modelOptions(section, 65)).toEqual({ ...model, vocabularySize: 65 });
  });

  it.each([
    { type: 'lstm' },
    { type: 'gru', reset: 'after' },
    { type: 'gru', reset: 'before' },
    { type: 'rnn', nonlinearity: 'tanh' },
    { type: 'rnn', nonlinearity: 'relu' },
  ])('may ask for the cell %j', (cell) => {
    expect(modelOptions({ ...section, cell }, 5).cell).toEqual(cell);
  });

  it.each([
    [undefined, 'model is missing; allowed: a map'],
    [[section], 'model is a list; allowed: a map'],
    [{ ...section, cell: 'lstm' }, 'model.cell is "lstm"; allowed: a map'],
    [{ ...section, cell: { type: 'transformer' } }, 'model.cell.type is "transformer"; allowed: lstm, gru, rnn'],
    [{ ...section, cell: { type: 'gru' } }, 'model.cell.reset is missing; allowed: after, before'],
    [
      { ...section, cell: { type: 'rnn', nonlinearity: 'sigmoid' } },
      'model.cell.nonlinearity is "sigmoid"; allowed: tanh, relu',
    ],
    [{ ...section, layers: 0 }, 'model.layers is 0; allowed: a whole number from 1 to 64'],
    [{ ...section, layers: 65 }, 'model.layers is 65; allowed: a whole number from 1 to 64'],
    [{ ...section, hiddenSize: 1.5 }, 'model.hiddenSize is 1.5; allowed: a whole number from 1 to 65536'],
    [{ ...section, hiddenSize: '12' }, 'model.hiddenSize is "12"; allowed: a whole number from 1 to 65536'],
    [{ ...section, embeddingSize: 1e9 }, 'model.embeddingSize is 1000000000; allowed: a whole number from 1 to 65536'],
    [{ ...section, dropout: 1 }, 'model.dropout is 1; allowed: a number at least 0 and below 1'],
    [{ ...section, tieWeights: 'yes' }, 'model.tieWeights is "yes"; allowed: false, true'],
    [
      { ...section, tieWeights: true },
      'model.tieWeights needs equal sizes, and there are model.embeddingSize 8 and model.hiddenSize 12',
    ],
    [{ ...section, layers: '\x1b[2J' }, 'model.layers is a string; allowed: a whole number from 1 to 64'],
  ])('is refused as %j', (broken, message) => {
    const error = userErrorOf(() => modelOptions(broken, 65, 'm.safetensors'));
    expect([error.kind, error.message]).toEqual(['model', `m.safetensors: ${message}`]);
  });
});
