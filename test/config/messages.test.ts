import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/config/nearest.js';
import { configFolder, least } from './helpers.js';

const { refusal } = configFolder();
const lines = (text: string, set: string[] = []) => refusal(text, set).split('\n');

describe('the message about a config', () => {
  it('reports every problem at once, from top to bottom, flags last', () => {
    const found = lines(
      'model:\n  layers: 0\n  cell: {type: ltsm}\ncorpus: {path: a}\ntraining:\n  batch_size: 3\n  epochs: 1\n  optimizer: {lr: 0.1}\n',
      ['seed=1.5'],
    );
    expect(found).toEqual([
      'config.yaml:2:11: model.layers is 0; allowed: a whole number from 1 to 64, or a list of as many layers',
      'config.yaml:3:16: model.cell.type is "ltsm" (did you mean lstm?); allowed: lstm, gru, rnn, mgu, mingru, minlstm, sru, qrnn, mogrifier-lstm, slstm, mlstm, rg-lru, jordan, exp-rnn, goru',
      expect.stringMatching(
        /^config\.yaml:6:3: training\.batch_size is not a key \(did you mean batchSize\?\); known here: epochs, /,
      ),
      'config.yaml:8:15: training.optimizer.lr is not a key (did you mean learningRate?); known here: type, learningRate, beta1, beta2, epsilon',
      '--set seed=1.5: seed is 1.5; allowed: a whole number from 0 to 9007199254740991',
    ]);
  });

  it('says what is allowed for model.layers, where it is a map', () => {
    expect(refusal(`${least}model: {layers: {a: {size: 3}}}\n`)).toBe(
      'config.yaml:5:17: model.layers is a map; allowed: a whole number from 1 to 64, or a list of as many layers',
    );
  });

  it('shows the map that was meant where only its type is given', () => {
    expect(refusal(`${least}model: {cell: lsmt}\n`)).toMatch(
      /^config\.yaml:5:15: model\.cell is "lsmt" \(did you mean \{ type: lstm \}\?\); allowed: a map with type: one of lstm, gru, /,
    );
    expect(refusal(`${least}model: {cell: [1]}\n`)).toContain('model.cell is a list; allowed: a map');
  });

  it('has at most ten lines', () => {
    const keys = Array.from({ length: 30 }, (_, i) => `key${i}: 1\n`).join('');
    const found = lines(keys + least);
    expect(found).toHaveLength(10);
    expect(found.at(-1)).toBe('and 21 more');
  });

  it('counts thousands of unknown keys without searching a suggestion for each', () => {
    const keys = Array.from({ length: 9000 }, (_, i) => `key${i}: 1\n`).join('');
    const found = lines(keys + least);
    expect(found).toHaveLength(10);
    expect(found.at(-1)).toBe('and 8991 more');
  });

  it('says under which type a key does not exist', () => {
    expect(refusal(`${least}model: {cell: {type: lstm, nonlinearity: relu}}\n`)).toBe(
      'config.yaml:5:28: model.cell.nonlinearity is not a key when model.cell.type is "lstm"; known here: type, normalization, zoneout, ' +
        'coupledGates, peepholes, forgetBias',
    );
  });

  it.each([
    ['dycc', 'corpus.generator is "dycc" (did you mean dyck?); allowed: fables, markov, reber, dyck, copy, adding, names'],
    ['[dyck]', 'corpus.generator is a list; allowed: fables, markov, reber, dyck, copy, adding, names'],
    ['{type: fables}', 'corpus.generator.type is "fables"; allowed: markov, reber, dyck, copy, adding, names'],
    ['{type: dyck, pairs: 5}', 'corpus.generator.pairs is 5; allowed: a whole number from 1 to 4'],
    [
      '{type: reber, embeding: 2}',
      'corpus.generator.embeding is not a key when corpus.generator.type is "reber" (did you mean embeddings?)',
    ],
  ])('says what is wrong with the generator %s', (generator, message) => {
    const [found] = lines(`training: {epochs: 1}\ncorpus:\n  path: a\n  generator: ${generator}\n`);
    expect(found).toContain(message);
  });

  it('says where a key belongs that is in the wrong section', () => {
    expect(refusal(`batchSize: 3\n${least}`)).toContain(
      'config.yaml:1:1: batchSize is not a key (did you mean training.batchSize?)',
    );
  });

  it('reports words that are not YAML booleans as text', () => {
    expect(refusal(`${least}model: {tieWeights: yes}\n`)).toBe(
      'config.yaml:5:21: model.tieWeights is "yes"; allowed: true, false',
    );
  });

  it('shows a long value in part', () => {
    const message = refusal(`seed: ${'9x'.repeat(500)}\n${least}`);
    expect(message).toContain('…; allowed');
    expect(message.length).toBeLessThan(200);
  });

  it('reports infinity and NaN', () => {
    expect(refusal(`${least}  optimizer: {learningRate: .inf}\n`)).toContain(
      'learningRate is Infinity; allowed: a number above 0',
    );
    expect(refusal(`${least}  optimizer: {learningRate: .nan}\n`)).toContain('learningRate is NaN; allowed: a number above 0');
  });
});

describe('nearest', () => {
  it.each([
    ['learningrate', 'learningRate'],
    ['hidden-size', 'hiddenSize'],
    ['lr', 'learningRate'],
    ['ephocs', 'epochs'],
    ['epoch', 'epochs'],
  ])('takes %s for %s', (word, meant) => {
    expect(nearest(word, ['learningRate', 'hiddenSize', 'epochs', 'seed'])).toBe(meant);
  });

  it('gives no suggestion when nothing is similar', () => {
    expect(nearest('zebra', ['learningRate', 'epochs'])).toBeUndefined();
    expect(nearest('', ['a'])).toBeUndefined();
  });
});
