import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { entryView } from '../../src/model/parameter-table.js';
import { modelOptions } from '../../src/model/specification.js';
import { readCheckpoint } from '../../src/run/checkpoint.js';
import { listCheckpoints, runLayout } from '../../src/run/run-directory.js';
import { createEpochs } from '../../src/text/epochs.js';
import { createSession, sessionConfig } from '../../src/train/session.js';
import { messageOf } from '../config/helpers.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { resultOf, type Settings, smallConfig, train } from './run-fixture.js';

/** Everything that moves a weight although its gradient is zero. */
const pulling: Settings = {
  epochs: 1,
  checkpoints: { everySteps: 1000, keep: 5 },
  optimizer: { type: 'adamw', learningRate: 0.01, weightDecay: 0.3 },
  regularization: { l1: 0.01, l2: 0.01 },
};

/** Parameters before the first step and after the last. */
async function trained(settings: Settings, model: Record<string, unknown> = {}) {
  const folder = temporaryFolder();
  const directory = join(folder, 'run');
  const events = await train(smallConfig(folder, { ...pulling, ...settings }, model), directory);
  const files = listCheckpoints(runLayout(directory).checkpoints).map(({ path }) => readCheckpoint(path));
  const [last, first] = [files[0]!, files.at(-1)!];
  const valuesOf = ({ parameters }: typeof last) => new Map(parameters.map(({ name, data }) => [name, data]));
  return { directory, events, before: valuesOf(first), after: valuesOf(last), moments: last.optimizer.map(({ name }) => name) };
}

const changedIn = ({ before, after }: Awaited<ReturnType<typeof trained>>) =>
  [...before].flatMap(([name, values]) => (values.every((value, i) => Object.is(value, after.get(name)![i])) ? [] : [name]));

describe('frozen parameters', () => {
  const layer = (k: number) => ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((name) => `rnn.${name}_l${k}`);
  const head = ['decoder.weight', 'decoder.bias'];

  it.each<[string[], string[]]>([
    [['embedding'], [...layer(0), ...layer(1), ...head]],
    [
      ['layers.0', 'head'],
      ['encoder.weight', ...layer(1)],
    ],
    [
      ['rnn.weight_hh_*'],
      [
        'encoder.weight',
        ...layer(0).filter((name) => !name.includes('_hh_l') || name.startsWith('rnn.bias')),
        ...layer(1).filter((name) => !name.startsWith('rnn.weight_hh')),
        ...head,
      ],
    ],
    [['layers.*'], ['encoder.weight', ...head]],
  ])('of %j keep their bits, whatever pulls at weights, and the others are trained', async (freeze, others) => {
    const run = await trained({ freeze });
    expect(changedIn(run).toSorted()).toEqual(others.toSorted());
    expect(run.moments.some((name) => others.every((other) => !name.endsWith(other)))).toBe(false);
  });

  it.each([['layers.*'], ['embedding', 'head']])(
    'keep their bits under updates by matrix, by unit and by noise, and in averages: %s',
    async (...freeze) => {
      const run = await trained({
        freeze,
        optimizer: { type: 'muon', learningRate: 0.01, weightDecay: 0.3 },
        clipping: { type: 'adaptive' },
        regularization: { l1: 0.01, l2: 0.01, maximumNorm: 0.1 },
        gradientNoise: 0.1,
        averaging: { type: 'ema' },
      } as Settings);
      const layers = [...layer(0), ...layer(1)];
      const others = freeze[0] === 'layers.*' ? ['encoder.weight', ...head] : layers;
      expect(changedIn(run).toSorted()).toEqual(others.toSorted());
    },
  );

  it('begin with the values that they have without freezing', async () => {
    const [plain, frozen] = [await trained({}), await trained({ freeze: ['layers.1'] })];
    expect(frozen.before).toEqual(plain.before);
  });

  it('do not change the gradients of the others: the first step of plain gradient descent is the same', async () => {
    const descent: Settings = { optimizer: { type: 'sgd', learningRate: 0.1 }, clipping: { type: 'none' }, regularization: {} };
    const once = async (settings: Settings) => {
      const folder = temporaryFolder();
      const directory = join(folder, 'run');
      let left = 1;
      await train(smallConfig(folder, { ...descent, ...settings }), directory, { stopRequested: () => left-- === 0 });
      const [last] = listCheckpoints(runLayout(directory).checkpoints);
      expect(last!.step).toBe(1);
      return new Map(readCheckpoint(last!.path).parameters.map(({ name, data }) => [name, data]));
    };
    const [plain, frozen] = [await once({}), await once({ freeze: ['layers.1'] })];
    for (const name of ['encoder.weight', ...layer(0), ...head]) expect(frozen.get(name), name).toEqual(plain.get(name));
  });

  it.each<[string, Settings]>([
    ['gradient accumulation', { accumulation: 3 }],
    ['windows of several lengths', { lengthVariation: { halved: 0.2, deviation: 2 } }],
    ['both', { accumulation: 2, lengthVariation: { halved: 0.2, deviation: 2 } }],
  ])(
    'with %s keep their bits, and the others are those of a run whose updates of the frozen ones are undone',
    async (_, settings) => {
      const config = smallConfig(temporaryFolder(), {
        optimizer: { type: 'adam', learningRate: 0.01 },
        clipping: { type: 'none' },
        regularization: { l1: 0.001, l2: 0.001 },
        ...settings,
      });
      const { seed, training } = config;
      const engine = createTypedArrayEngine({ shards: 4, threads: 1 });
      const random = createRandom(4);
      const tokens = Int32Array.from({ length: 1500 }, () => random.integer(20));
      const { batchSize, sequenceLength, lengthVariation, accumulation } = training;
      const batches = createEpochs({ tokens, batchSize, sequenceLength, seed, lengthVariation, shards: engine.shards });
      const model = modelOptions(config.model, 20);
      const freeze = ['embedding', 'rnn.weight_hh_l0', 'layers.1'];
      const frozen = createSession({ engine, model, batches, ...sessionConfig(config), freeze });
      const masked = createSession({ engine, model, batches, ...sessionConfig(config) });
      const valuesOf = ({ table, parameters }: typeof frozen) =>
        new Map(table.entries.map((entry) => [entry.name, entryView(parameters.trained, entry)]));
      const [values, others] = [valuesOf(frozen), valuesOf(masked)];
      for (const [name, own] of values) {
        for (let i = 0; i < own.length; i++) own[i] = random.normal() * 0.3;
        others.get(name)!.set(own);
      }
      const trained = new Set(frozen.table.trained.map(({ name }) => name));
      const kept = [...values].filter(([name]) => !trained.has(name)).map(([name, own]) => [name, own.slice()] as const);
      expect(kept.map(([name]) => name)).toEqual(['encoder.weight', 'rnn.weight_hh_l0', ...layer(1)]);
      const lengths = new Set<number>();
      let step = 0;
      for (const epoch of [1, 2]) {
        for (const session of [frozen, masked]) session.resetState();
        for (let window = 0; window < batches.windows; window += accumulation) {
          step++;
          const results = [];
          for (const session of [frozen, masked]) {
            const result = await session.differentiate(window, step, { epoch });
            await session.update(step, 0.01 * result.relativeLength, result.norm);
            results.push(result);
          }
          for (const [name, before] of kept) others.get(name)!.set(before);
          expect(results[0]!.loss).toBe(results[1]!.loss);
          lengths.add(results[0]!.relativeLength);
        }
      }
      expect(lengths.size > 2).toBe(lengthVariation !== undefined);
      for (const [name, before] of kept) expect(values.get(name), name).toEqual(before);
      for (const name of trained) expect(values.get(name), name).toEqual(others.get(name));
      engine.close();
    },
  );

  it('with tied weights are the matrix of embedding and head together', async () => {
    const run = await trained({ freeze: ['embedding'] }, { tieWeights: true });
    expect(changedIn(run).toSorted()).toEqual(['decoder.bias', ...layer(0), ...layer(1)].toSorted());
  });

  it('are counted in the event that starts the run', async () => {
    const { events, before } = await trained({ freeze: ['embedding'] });
    const start = events.find((event) => event.type === 'start')!;
    expect(start.frozenParameters).toBe(before.get('encoder.weight')!.length);
    expect(start.parameters).toBe([...before.values()].reduce((sum, { length }) => sum + length, 0));
  });

  it('are resumed with the same bits, on any number of threads', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { freeze: ['layers.0', 'embedding'] });
    await train(config, join(folder, 'whole'));
    const directory = join(folder, 'pieces');
    let left = 9;
    await train(config, directory, { stopRequested: () => left-- === 0, threads: 4 });
    await train(config, directory, { start: 'resume' });
    expect(resultOf(directory)).toEqual(resultOf(join(folder, 'whole')));
  });

  it.each([
    [
      ['decoder'],
      'training.freeze is set: "decoder" is not a part of this model. The parts are embedding, layers.0, layers.1, head, encoder',
    ],
    [['layers.2'], 'training.freeze is set: "layers.2" is not a part of this model'],
    [['*'], 'training.freeze is set: it names every parameter, so that nothing would be trained'],
  ])('that are none are refused: %j', (freeze, message) => {
    expect(messageOf(() => resolveConfig({ corpus: { path: 'a' }, training: { freeze } }))).toContain(message);
  });
});
