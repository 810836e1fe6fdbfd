import { describe, expect, it } from 'vitest';
import { modelOptions, modelSpecification } from '../../src/model/specification.js';
import { userErrorOf } from '../foundation/thrown.js';

const short = {
  cell: { type: 'gru', reset: 'before' },
  layers: 2,
  embeddingSize: 8,
  hiddenSize: 12,
  dropout: 0.5,
  tieWeights: false,
  initialization: { type: 'pytorch' },
};

const long = {
  embedding: { size: 8, dropout: 0.1 },
  layers: [
    { type: 'lstm', size: 12, dropout: 0.2, connection: 'none', normalization: 'none', coupledGates: false, peepholes: false },
    { type: 'gru', size: 5, dropout: 0, connection: 'none', normalization: 'none', reset: 'after' },
  ],
  head: { type: 'softmax', tie: false },
};

describe('the model section of a config', () => {
  it('stands in its short form for a list of equal layers', () => {
    const layer = { type: 'gru', size: 12, dropout: 0.5, connection: 'none', normalization: 'none', reset: 'before' };
    expect(modelOptions(short, 65)).toEqual({
      vocabularySize: 65,
      embedding: { size: 8, dropout: 0.5 },
      layers: [layer, layer],
      head: { type: 'softmax', tie: false },
    });
  });

  it('is in its long form what it says', () => {
    expect(modelSpecification(long)).toEqual(long);
  });

  it('has a default for each key', () => {
    const layer = {
      type: 'lstm',
      size: 128,
      dropout: 0,
      connection: 'none',
      normalization: 'none',
      coupledGates: false,
      peepholes: false,
    };
    expect(modelSpecification({})).toEqual({
      embedding: { size: 128, dropout: 0 },
      layers: [layer, layer],
      head: { type: 'softmax', tie: false },
    });
    expect(modelSpecification({ layers: [{ size: 7 }, { type: 'rnn' }], dropout: 0.3 })).toEqual({
      embedding: { size: 7, dropout: 0.3 },
      layers: [
        {
          type: 'lstm',
          size: 7,
          dropout: 0.3,
          connection: 'none',
          normalization: 'none',
          coupledGates: false,
          peepholes: false,
        },
        { type: 'rnn', size: 128, dropout: 0.3, connection: 'none', normalization: 'none', nonlinearity: 'tanh' },
      ],
      head: { type: 'softmax', tie: false },
    });
  });

  it('has dropout by place, as one number where that says all of it', () => {
    const rates = (dropout: unknown, ofModel = 0.3, type = 'lstm') =>
      modelSpecification({ dropout: ofModel, layers: [{ type, dropout }] }).layers[0]!.dropout;
    const none = { output: 0, input: 0, state: 0, update: 0, weight: 0, span: 'step' };
    expect(rates(undefined)).toBe(0.3);
    expect(rates({})).toBe(0.3);
    expect(rates({ output: 0.2, state: 0, span: 'step' })).toBe(0.2);
    expect(rates({ weight: 0.5 })).toEqual({ ...none, output: 0.3, weight: 0.5 });
    expect(rates({ output: 0.1, span: 'window' })).toEqual({ ...none, output: 0.1, span: 'window' });
    expect(rates({ input: 0.1 }, 0, 'rnn')).toEqual({ output: 0, input: 0.1, state: 0, weight: 0, span: 'step' });
    const embedded = (dropout: unknown) => modelSpecification({ dropout: 0.3, embedding: { dropout } }).embedding.dropout;
    expect(embedded({ word: 0 })).toBe(0.3);
    expect(embedded({ word: 0.1 })).toEqual({ input: 0.3, word: 0.1, span: 'step' });
  });

  it('resolves to itself with modifiers', () => {
    const dropout = { output: 0.1, input: 0, state: 0.2, update: 0, weight: 0, span: 'window' };
    const model = {
      embedding: { size: 8, dropout: { input: 0.4, word: 0.1, span: 'window' } },
      layers: [
        {
          type: 'lstm',
          size: 12,
          dropout,
          connection: 'none',
          coupledGates: false,
          peepholes: false,
          normalization: 'layer',
          zoneout: { h: 0.1, c: 0 },
        },
      ],
      head: { type: 'softmax', tie: false },
    };
    expect(modelSpecification(model)).toEqual(model);
    expect(modelSpecification({ ...model, dropout: 0.7 })).toEqual(model);
  });

  it.each([
    { type: 'lstm' },
    { type: 'gru', reset: 'after' },
    { type: 'gru', reset: 'before' },
    { type: 'rnn', nonlinearity: 'tanh' },
    { type: 'rnn', nonlinearity: 'relu' },
  ])('may ask for the cell %j', (cell) => {
    expect(modelOptions({ ...short, cell }, 5).layers[0]).toMatchObject(cell);
  });

  const size = 'a whole number from 1 to 65536';
  it.each([
    [undefined, 'model is missing; allowed: a map'],
    [[short], 'model is a list; allowed: a map'],
    [{ ...short, cell: 'lstm' }, 'model.cell is "lstm"; allowed: a map'],
    [{ ...short, cell: { type: 'rnn', nonlinearity: 'sigmoid' } }, 'model.cell.nonlinearity is "sigmoid"; allowed: tanh, relu'],
    [{ ...short, layers: 0 }, 'model.layers is 0; allowed: a whole number from 1 to 64'],
    [{ ...short, layers: 65 }, 'model.layers is 65; allowed: a whole number from 1 to 64'],
    [{ ...short, hiddenSize: 1.5 }, `model.hiddenSize is 1.5; allowed: ${size}`],
    [{ ...short, hiddenSize: '12' }, `model.hiddenSize is "12"; allowed: ${size}`],
    [{ ...short, embeddingSize: 1e9 }, `model.embedding.size is 1000000000; allowed: ${size}`],
    [{ ...short, dropout: 1 }, 'model.dropout is 1; allowed: a number at least 0 and below 1'],
    [{ ...short, tieWeights: 'yes' }, 'model.head.tie is "yes"; allowed: true, false'],
    [{ ...short, layers: '\x1b[2J' }, 'model.layers is a string; allowed: a whole number from 1 to 64'],
    [
      { layers: [{ dropout: 1 }] },
      'model.layers.0.dropout is 1; allowed: a number at least 0 and below 1, or a map with keys out of ',
    ],
    [{ layers: [{ dropout: { state: 1 } }] }, 'model.layers.0.dropout.state is 1; allowed: a number at least 0 and below 1'],
    [{ layers: [{ dropout: { span: 'epoch' } }] }, 'model.layers.0.dropout.span is "epoch"; allowed: step, window'],
    [{ layers: [{ type: 'rnn', dropout: { update: 0.1 } }] }, 'model.layers.0.dropout has the unknown key "update"; known: '],
    [{ layers: [{ type: 'gru', zoneout: { c: 0.1 } }] }, 'model.layers.0.zoneout has the unknown key "c"; known: h'],
    [{ layers: [{ zoneout: 0.1 }] }, 'model.layers.0.zoneout is 0.1; allowed: a map with keys out of h, c'],
    [{ layers: [{ dropout: [] }] }, 'model.layers.0.dropout is a list; allowed: a map'],
    [{ layers: [{ normalization: 'batch' }] }, 'model.layers.0.normalization is "batch"; allowed: none, layer, rms'],
    [{ ...long, layers: [] }, 'model.layers is a list of 0; allowed: a list of 1 to 64 layers'],
    [{ ...long, layers: [{ type: 'lstm', size: 0 }] }, `model.layers.0.size is 0; allowed: ${size}`],
    [{ ...long, layers: [{ type: 'lstm' }, { size: 4, depth: 2 }] }, 'model.layers.1 has the unknown key "depth"; known: '],
    [{ ...long, head: { type: 'softmax', ties: true } }, 'model.head has the unknown key "ties"; known: type, tie'],
    [{ ...long, hiddenSize: 12 }, 'model.hiddenSize is of a number of layers, and model.layers is a list'],
    [{ ...long, zoneout: 0.1 }, 'model has the unknown key "zoneout"; known: '],
  ])('is refused as %j', (broken, message) => {
    const error = userErrorOf(() => modelOptions(broken, 65, 'm.safetensors'));
    expect(error.kind).toBe('model');
    expect(error.message.slice(0, 15 + message.length)).toBe(`m.safetensors: ${message}`);
  });

  it('names the known types where a cell is unknown', () => {
    const error = userErrorOf(() => modelOptions({ ...short, cell: { type: 'perceptron' } }, 65));
    expect(error.message).toMatch(/model\.cell\.type is "perceptron"; allowed: lstm, gru, rnn/);
  });
});
