import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configJsonSchemaText, type JsonSchema } from '../../src/config/json-schema.js';
import { loadConfig } from '../../src/config/load.js';

const folder = join(import.meta.dirname, '../../configs');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const load = (name: string) => loadConfig(join(folder, `${name}.yaml`));

describe('the ready configs', () => {
  it('are all there', () => {
    const ready = [
      'awd-lstm',
      'char-rnn',
      'gru',
      'lstm',
      'melis-10m',
      'ptb-512',
      'ptb-medium',
      'ptb-small',
      'quickstart',
      'rnn',
      'shakespeare-best',
    ];
    expect(files).toEqual(expect.arrayContaining(ready.map((name) => `${name}.yaml`)));
  });

  it.each(files)('%s loads, is named after its file, and names its schema to editors', (file) => {
    expect(loadConfig(join(folder, file)).name).toBe(basename(file, '.yaml'));
    expect(readFileSync(join(folder, file), 'utf8').split('\n')[0]).toBe(
      '# yaml-language-server: $schema=./textloom.schema.json',
    );
  });

  it('of the three cells differ only in the cell', () => {
    const [rnn, lstm, gru] = [load('rnn'), load('lstm'), load('gru')];
    expect([rnn, lstm, gru].map(({ model }) => model.layers[0]!.type)).toEqual(['rnn', 'lstm', 'gru']);
    expect(gru).toEqual({
      ...lstm,
      name: 'gru',
      output: 'runs/gru',
      model: {
        ...lstm.model,
        layers: lstm.model.layers.map(({ coupledGates: _, peepholes: __, ...layer }) => ({
          ...layer,
          type: 'gru',
          reset: 'after',
        })),
        initialization: { type: 'pytorch' },
      },
    });
    expect(rnn.training.epochs).toBe(lstm.training.epochs);
    expect(rnn.model.layers.map(({ size }) => size)).toEqual(lstm.model.layers.map(({ size }) => size));
  });

  it('of Zaremba et al. 2014 are the paper, for a loss that is a mean over the sequence', () => {
    for (const [name, size, length, epochs, range, dropout] of [
      ['ptb-small', 200, 20, 13, 0.1, 0],
      ['ptb-medium', 650, 35, 39, 0.05, 0.5],
    ] as const) {
      const { model, training } = load(name);
      expect(model).toMatchObject({
        embedding: { size, dropout },
        layers: [
          { type: 'lstm', size, dropout, normalization: 'none' },
          { type: 'lstm', size, dropout, normalization: 'none' },
        ],
        initialization: { type: 'uniform', range },
      });
      expect(training).toMatchObject({
        epochs,
        batchSize: 20,
        sequenceLength: length,
        optimizer: { type: 'sgd', learningRate: length },
      });
      expect(training.clipping).toEqual({ type: 'norm', threshold: 5 / length });
    }
    expect(load('ptb-small').training.schedule).toEqual({ type: 'step', startEpoch: 4, everyEpochs: 1, factor: 0.5 });
    expect(load('ptb-medium').training.schedule).toEqual({ type: 'step', startEpoch: 6, everyEpochs: 1, factor: 1 / 1.2 });
  });

  it('of char-rnn has its defaults', () => {
    const { model, training, corpus } = load('char-rnn');
    expect(corpus).toMatchObject({ split: { train: 0.9, validation: 0.1, test: 0 }, boundary: 'character' });
    const layer = { type: 'lstm', size: 128 };
    expect(model).toMatchObject({ layers: [layer, layer] });
    expect(training).toMatchObject({
      epochs: 27,
      batchSize: 50,
      sequenceLength: 50,
      optimizer: { type: 'rmsprop', learningRate: 0.002, decay: 0.95 },
      schedule: { type: 'exponential', factor: 0.97, startEpoch: 10 },
      clipping: { type: 'value', threshold: 5 },
    });
  });
});

describe('the JSON Schema for editors', () => {
  const committed = readFileSync(join(folder, 'textloom.schema.json'), 'utf8');

  it('is up to date (npm run schema)', () => {
    expect(committed).toBe(configJsonSchemaText());
  });

  it('explains every key', () => {
    const unexplained = (schema: JsonSchema, path: string): string[] => [
      ...Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => [
        ...(inner.description === undefined ? [`${path}.${key}`] : []),
        ...unexplained(inner, `${path}.${key}`),
      ]),
      ...[...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].flatMap((variant) => unexplained(variant, path)),
    ];
    expect(unexplained(JSON.parse(committed), '')).toEqual([]);
  });

  it('requires no key that a config may inherit', () => {
    expect(JSON.parse(committed).required).toBeUndefined();
  });
});
