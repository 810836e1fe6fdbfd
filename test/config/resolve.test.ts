import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringifyConfig } from '../../src/config/config-file.js';
import { loadConfig } from '../../src/config/load.js';
import { resolveConfig } from '../../src/config/resolve.js';
import type { Config } from '../../src/config/types.js';
import { configFolder, messageOf } from './helpers.js';

const { write } = configFolder();
const least: Config = { corpus: { path: '/text.txt' }, training: { epochs: 1 } };

/** How a corpus is read when nothing is said. */
const plainReading = {
  documents: 'none',
  resetState: false,
  sequences: 'stream',
  normalization: { unicode: 'none', newlines: 'keep', byteOrderMark: 'drop' },
  cache: 'auto',
};

describe('a resolved config', () => {
  it('has every default', () => {
    expect(resolveConfig(least)).toEqual({
      name: 'model',
      seed: 1,
      output: 'runs/model',
      corpus: { path: '/text.txt', split: { train: 0.9, validation: 0.05, test: 0.05 }, boundary: 'line', ...plainReading },
      tokenizer: { type: 'character', minimumCount: 1 },
      model: {
        embedding: { size: 128, dropout: 0 },
        layers: [
          {
            type: 'lstm',
            size: 128,
            dropout: 0,
            connection: 'none',
            normalization: 'none',
            coupledGates: false,
            peepholes: false,
          },
          {
            type: 'lstm',
            size: 128,
            dropout: 0,
            connection: 'none',
            normalization: 'none',
            coupledGates: false,
            peepholes: false,
          },
        ],
        head: { type: 'softmax', tie: false },
        initialization: { type: 'pytorch' },
      },
      training: {
        epochs: 1,
        batchSize: 32,
        sequenceLength: 64,
        optimizer: { type: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
        schedule: { type: 'constant' },
        clipping: { type: 'norm', threshold: 5 },
        regularization: { l1: 0, l2: 0 },
        objective: { activation: 0, temporalActivation: 0, labelSmoothing: 0 },
        gradientNoise: 0,
        averaging: { type: 'none' },
        microbatches: 1,
        gradientPrecision: 'float32',
        accumulation: 1,
        stateReset: 0,
        tensorboard: false,
        validation: { everyEpochs: 1 },
        checkpoints: { everySteps: 500, keep: 2 },
      },
      engine: { type: 'typed-array', shards: 2, threads: 'auto' },
    });
  });

  it.each([
    ['sgd', { learningRate: 1 }],
    ['momentum', { learningRate: 0.1, momentum: 0.9, nesterov: false, weightDecay: 0 }],
    ['rmsprop', { learningRate: 0.002, decay: 0.95, epsilon: 1e-8, weightDecay: 0 }],
    ['adamw', { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 }],
  ] as const)('has the defaults of %s', (type, defaults) => {
    const { optimizer } = resolveConfig({ ...least, training: { epochs: 1, optimizer: { type } } }).training;
    expect(optimizer).toEqual({ type, ...defaults });
  });

  it('has two shards where they divide the batch, four or eight where they have 16 rows each, on any machine', () => {
    const engines = [1, 2, 3, 20, 25, 32, 50, 64, 96, 100, 128, 1000].map(
      (batchSize) => resolveConfig({ ...least, training: { epochs: 1, batchSize } }).engine,
    );
    expect(engines).toMatchObject([1, 2, 1, 2, 1, 2, 2, 4, 4, 4, 8, 8].map((shards) => ({ shards })));
  });

  it('has the defaults of the onnxruntime engine, which has no shards', () => {
    const { engine } = resolveConfig({ ...least, engine: { type: 'onnxruntime' } });
    expect(engine).toEqual({ type: 'onnxruntime', provider: 'cpu', threads: 'auto' });
  });

  it('validates only where there is a validation text', () => {
    expect(resolveConfig({ ...least, corpus: { train: 'a' } }).training).not.toHaveProperty('validation');
    expect(resolveConfig({ ...least, corpus: { train: 'a', validation: 'b' } }).training.validation).toEqual({
      everyEpochs: 1,
    });
  });

  it('cuts between documents where there are any, unless told otherwise', () => {
    const corpus = { path: 'a', documents: 'files' } as const;
    expect(resolveConfig({ ...least, corpus }).corpus).toMatchObject({ boundary: 'document' });
    expect(resolveConfig({ ...least, corpus: { ...corpus, boundary: 'line' } }).corpus).toMatchObject({ boundary: 'line' });
  });

  it('keeps separate files as they are', () => {
    const corpus = { train: 'a', test: 'c', generator: 'fables' } as const;
    expect(resolveConfig({ ...least, corpus }).corpus).toEqual({ ...corpus, ...plainReading });
  });

  it.each([
    ['fables', 'document', 'fables'],
    ['reber', 'line', { type: 'reber', embeddings: 1 }],
    [{ type: 'copy', distance: 3 }, 'line', { type: 'copy', length: 5, distance: 3, alphabet: 4 }],
  ])('decides what shaped the text of the generator %j', (generator, boundary, resolved) => {
    expect(resolveConfig({ ...least, corpus: { path: 'a', boundary, generator } }).corpus).toMatchObject({
      generator: resolved,
    });
  });

  it('resolves to itself, through YAML and through JSON', () => {
    fc.assert(
      fc.property(anyConfig, (config) => {
        const resolved = resolveConfig(config);
        expect(resolveConfig(JSON.parse(JSON.stringify(resolved)))).toEqual(resolved);
        expect(loadConfig(write('again.yaml', stringifyConfig(resolved)))).toEqual(resolved);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a value from a model file', () => {
  it.each<[unknown, string]>([
    [null, 'model.safetensors: a config is a map'],
    [[1], 'model.safetensors: a config is a map'],
    [{ ...least, extends: 'x' }, 'model.safetensors: extends is not a key'],
    [JSON.parse('{"__proto__": {"seed": 1}}'), 'model.safetensors: __proto__ is not a key'],
    [{ seed: 1n }, 'model.safetensors: seed is a value of type bigint'],
    [new Map(), 'model.safetensors: is a value of type object'],
    [Array.from({ length: 10_001 }, () => 1), 'holds more than 10000 values'],
  ])('is refused when it is %o', (value, message) => {
    expect(messageOf(() => resolveConfig(value, 'model.safetensors'))).toContain(message);
  });

  it('is refused when it is nested without end', () => {
    const endless: Record<string, unknown> = {};
    endless.model = endless;
    expect(messageOf(() => resolveConfig(endless))).toContain('nested deeper than 32 levels');
  });

  it('cannot set paths by its name', () => {
    for (const name of ['../up', '/etc', 'a/b', '.', '..', '', '-rf', 'a\n']) {
      expect(messageOf(() => resolveConfig({ ...least, name }))).toContain('allowed: letters, digits');
    }
  });
});

const small = fc.double({ min: 1e-6, max: 0.9, noNaN: true });
const anyConfig: fc.Arbitrary<Config> = fc.record({
  name: fc.constantFrom('a', '2024', 'true', 'null', '言葉', '1e3', 'a b'),
  seed: fc.maxSafeNat(),
  corpus: fc.constantFrom(
    { path: '/a: b #c.txt', split: { train: 0.7, validation: 0.2, test: 0.1 }, boundary: 'character' as const },
    { path: '/*x', boundary: 'document' as const },
    { train: "/it's", validation: '/"b"' },
  ),
  tokenizer: fc.record({
    type: fc.constantFrom('character' as const, 'word' as const),
    minimumCount: fc.integer({ min: 1, max: 9 }),
  }),
  model: fc.record({
    cell: fc.constantFrom(
      { type: 'rnn' as const, nonlinearity: 'relu' as const },
      { type: 'gru' as const },
      { type: 'lstm' as const },
    ),
    layers: fc.integer({ min: 1, max: 9 }),
    dropout: small,
    initialization: fc.record({ type: fc.constant('uniform' as const), range: small }),
  }),
  training: fc.record({
    steps: fc.integer({ min: 1, max: 1e9 }),
    batchSize: fc.integer({ min: 1, max: 999 }),
    optimizer: fc.record({ type: fc.constant('adamw' as const), learningRate: small, epsilon: small }),
    schedule: fc.record({ type: fc.constant('step' as const), factor: small }),
    regularization: fc.record({ l1: small, l2: small }),
  }),
});
