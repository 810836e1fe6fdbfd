import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import type { ResolvedConfig } from '../../src/config/types.js';
import type { Engine } from '../../src/engine/engine.js';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/onnxruntime-engine.js';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { readCheckpoint } from '../../src/run/checkpoint.js';
import { listCheckpoints, runLayout } from '../../src/run/run-directory.js';
import { type Batches, createBatches } from '../../src/text/batches.js';
import { relativeError } from '../engine/model-fixture.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { testSeed } from '../random-seed.js';
import { resultOf, type Settings, smallConfig, train, writtenTensors } from './run-fixture.js';
import { smallSession, V } from './small-session.js';

const random = createRandom(testSeed);

interface Line extends Readonly<Record<string, unknown>> {
  readonly type: string;
  readonly step: number;
  readonly clippedShare?: number;
  readonly gradientSquare?: number;
  readonly gradientVariance?: number;
  readonly noiseScale?: number;
}
const linesOf = (directory: string) =>
  readFileSync(runLayout(directory).metrics, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
const diagnosesIn = (directory: string) => linesOf(directory).filter(({ type }) => type === 'diagnostics');
const withPrefix = (line: Line, prefix: string) => {
  const found = Object.entries(line).filter(([key]) => key.startsWith(prefix));
  return new Map(found.map(([key, value]) => [key.slice(prefix.length), value as number]));
};

/** Documents of a line each, as sequences of their own. */
function documentsConfig(folder: string, training: Settings): ResolvedConfig {
  const path = join(folder, 'lines.txt');
  const line = (i: number) => 'the cat saw one dog and a mat on the mat'.slice(0, 5 + ((i * 7) % 30));
  writeFileSync(path, `${Array.from({ length: 90 }, (_, i) => line(i)).join('\n')}\n`);
  return resolveConfig({
    corpus: { path, documents: 'lines', sequences: 'documents', split: { train: 0.8, validation: 0.2 } },
    model: { cell: { type: 'gru' }, hiddenSize: 9 },
    training: { epochs: 2, batchSize: 6, sequenceLength: 12, ...training },
    engine: { shards: 2 },
  });
}

const cases: [string, (folder: string, settings: Settings) => ResolvedConfig][] = [
  [
    'clipping, dropout, shards',
    (folder, settings) => smallConfig(folder, { clipping: { type: 'norm', threshold: 0.5 }, ...settings }),
  ],
  [
    'accumulation, reset states, lengths and orders that vary, averaging',
    (folder, settings) =>
      smallConfig(folder, {
        accumulation: 2,
        stateReset: 0.3,
        lengthVariation: { halved: 0.2, deviation: 1 },
        shuffle: { pieces: 2 },
        averaging: { type: 'ema' },
        ...settings,
      }),
  ],
  [
    'buffers',
    (folder, settings) =>
      smallConfig(folder, settings, {
        layers: [{ type: 'lstm', size: 8 }, { type: 'batch-normalization' }],
        hiddenSize: undefined,
        cell: undefined,
        dropout: undefined,
        embedding: { size: 8 },
      }),
  ],
  ['two directions', (folder, settings) => smallConfig(folder, settings, { bidirectional: true })],
  ['a term with random tokens', (folder, settings) => smallConfig(folder, { objective: { skipGram: 0.1 }, ...settings })],
  ['documents', documentsConfig],
  [
    'onnxruntime',
    (folder, settings) => ({
      ...smallConfig(folder, { steps: 6, ...settings }),
      engine: { type: 'onnxruntime', shards: 1, threads: 1, provider: 'cpu' },
    }),
  ],
];

describe('diagnostics during training', () => {
  it.each(cases)(
    'change no bit of model, parameters, moments and states, and only add lines to the metrics: %s',
    async (_, configFor) => {
      const folder = temporaryFolder();
      const [without, with_] = [join(folder, 'without'), join(folder, 'with')];
      await train(configFor(folder, {}), without);
      await train(configFor(folder, { diagnostics: { everySteps: 2 } }), with_);
      expect(resultOf(with_).model).toEqual(resultOf(without).model);
      expect(writtenTensors(with_)).toEqual(writtenTensors(without));
      const lines = linesOf(with_);
      expect(lines.filter(({ type }) => type !== 'diagnostics')).toEqual(linesOf(without));
      const { step: last } = writtenTensors(with_);
      expect(diagnosesIn(with_).map(({ step }) => step)).toEqual(
        Array.from({ length: Math.floor(last / 2) }, (__, i) => 2 * i + 2),
      );
      for (const line of diagnosesIn(with_)) expect(line.gradientVariance).toBeTypeOf('number');
    },
  );

  it('are the same in a run that was interrupted and resumed', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { clipping: { type: 'norm', threshold: 0.5 }, diagnostics: { everySteps: 5 } });
    await train(config, join(folder, 'whole'));
    const directory = join(folder, 'pieces');
    for (const [piece, steps] of [3, 4, 9, 100].entries()) {
      let left = steps;
      await train(config, directory, { start: piece === 0 ? 'new' : 'resume', stopRequested: () => left-- === 0 });
    }
    expect(diagnosesIn(directory).length).toBeGreaterThan(3);
    expect(resultOf(directory)).toEqual(resultOf(join(folder, 'whole')));
  });

  it('may begin and end when a run is resumed', async () => {
    const folder = temporaryFolder();
    await train(smallConfig(folder), join(folder, 'whole'));
    const directory = join(folder, 'pieces');
    const diagnosed = smallConfig(folder, { diagnostics: { everySteps: 3 } });
    for (const [config, start, steps] of [
      [smallConfig(folder), 'new', 4],
      [diagnosed, 'resume', 7],
      [smallConfig(folder), 'resume', 1000],
    ] as const) {
      let left = steps;
      await train(config, directory, { start, stopRequested: () => left-- === 0 });
    }
    expect(diagnosesIn(directory).map(({ step }) => step)).toEqual([6, 9]);
    expect(resultOf(directory).model).toEqual(resultOf(join(folder, 'whole')).model);
    expect(writtenTensors(directory)).toEqual(writtenTensors(join(folder, 'whole')));
    const counters = (name: string) => {
      const [latest] = listCheckpoints(runLayout(join(folder, name)).checkpoints);
      return Object.keys(readCheckpoint(latest!.path).trainer as Record<string, unknown>);
    };
    expect(counters('pieces')).toEqual(counters('whole'));
  });

  it('are what the checkpoints before and after a step say', async () => {
    const folder = temporaryFolder();
    const directory = join(folder, 'run');
    const [epsilon, threshold] = [0.002, 0.2];
    const config = smallConfig(folder, {
      steps: 12,
      diagnostics: { everySteps: 4 },
      checkpoints: { everySteps: 1, keep: 20 },
      clipping: { type: 'norm', threshold },
      optimizer: { type: 'adam', learningRate: 0.01, epsilon },
    });
    const events = await train(config, directory);
    const norms = events.flatMap((event) => (event.type === 'step' ? [event.gradientNorm] : []));
    const checkpoints = new Map(
      listCheckpoints(runLayout(directory).checkpoints).map(({ step, path }) => [step, readCheckpoint(path)]),
    );
    const lines = diagnosesIn(directory);
    expect(lines.map(({ step }) => step)).toEqual([4, 8, 12]);
    const clippedShares = new Set<number>();
    for (const line of lines) {
      const { step } = line;
      const own = norms.slice(step - 4, step);
      expect(line.clippedShare).toBe(own.filter((norm) => norm > threshold).length / 4);
      clippedShares.add(line.clippedShare!);
      const [before, after] = [checkpoints.get(step - 1)!, checkpoints.get(step)!];
      const dataOf = ({ parameters }: typeof before, name: string) =>
        parameters.find((parameter) => parameter.name === name)!.data as Float32Array;
      const updates = withPrefix(line, 'update.');
      const matrices = before.parameters.filter(({ shape }) => shape.length === 2);
      expect([...updates.keys()].toSorted()).toEqual(matrices.map(({ name }) => name).toSorted());
      for (const { name } of matrices) {
        const [old, now] = [dataOf(before, name), dataOf(after, name)];
        const change = Math.hypot(...Array.from(old, (value, i) => now[i]! - value));
        expect(updates.get(name)! / (change / Math.hypot(...old))).toBeCloseTo(1, 10);
      }
      const squares = [...withPrefix(line, 'gradient.').values()].reduce((sum, norm) => sum + norm * norm, 0);
      expect(Math.sqrt(squares) / norms[step - 1]!).toBeCloseTo(1, 5);
      const below = withPrefix(line, 'belowEpsilon.');
      for (const { name } of before.parameters) {
        const moment = after.optimizer.find((tensor) => tensor.name === `square.${name}`)!.data as Float32Array;
        const roots = Array.from(moment, (value) => Math.sqrt(value / (1 - 0.999 ** step)));
        expect(below.get(name)).toBe(roots.filter((root) => root < epsilon).length / roots.length);
      }
    }
    expect(clippedShares.size).toBeGreaterThan(1);
  });

  it('have the noise scale of the last estimates, the newest with the weight of a tenth', async () => {
    const folder = temporaryFolder();
    await train(smallConfig(folder, { diagnostics: { everySteps: 3 } }), join(folder, 'run'));
    let [square, variance] = [0, 0];
    const lines = diagnosesIn(join(folder, 'run'));
    for (const line of lines) {
      square = 0.9 * square + 0.1 * line.gradientSquare!;
      variance = 0.9 * variance + 0.1 * line.gradientVariance!;
      if (square > 0) expect(line.noiseScale! / (variance / square)).toBeCloseTo(1, 10);
      else expect(line.noiseScale).toBeUndefined();
    }
    expect(lines.some(({ noiseScale }) => noiseScale !== undefined)).toBe(true);
  });

  it('have no noise scale for a batch of one row', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { steps: 4, diagnostics: { everySteps: 2 } });
    const training = { ...config.training, batchSize: 1 };
    await train({ ...config, training, engine: { type: 'typed-array', shards: 1, threads: 1 } }, join(folder, 'run'));
    const keys = diagnosesIn(join(folder, 'run')).flatMap((line) => Object.keys(line));
    expect(keys).toContain('clippedShare');
    expect(keys.filter((key) => key.includes('noise') || /^gradient[SV]/.test(key))).toEqual([]);
  });
});

const engines: [string, () => Engine | Promise<Engine>][] = [
  ['reference', () => createReferenceEngine({ shards: 2 })],
  ['typed-array', () => createTypedArrayEngine({ shards: 2, threads: 2 })],
  ['onnxruntime', () => createOnnxRuntimeEngine({ provider: 'cpu', threads: 1 })],
];

describe('gradients of some rows of a batch', () => {
  it.each(engines)('are those of a batch in which only these rows have a text: %s', async (_, create) => {
    const engine = await create();
    const [batchSize, sequenceLength] = [4, 5];
    const tokens = Int32Array.from({ length: batchSize * sequenceLength + 1 }, () => random.integer(V));
    const batches = createBatches({ tokens, batchSize, sequenceLength, shards: engine.shards });
    const chosen = [0, 2];
    /** The other rows have the weight 0. */
    const onlyChosen: Batches = {
      ...batches,
      fill(window, inputs, targets, weights, keeps) {
        const filled = batches.fill(window, inputs, targets, weights, keeps);
        const rows = batchSize / engine.shards;
        for (let row = 0; row < batchSize; row++)
          if (!chosen.includes(row))
            for (let t = 0; t < sequenceLength; t++) weights[Math.floor(row / rows)]![t * rows + (row % rows)] = 0;
        return filled;
      },
    };
    const session = smallSession(engine, batches, batchSize);
    const other = smallSession(engine, onlyChosen, batchSize);
    const { tokens: counted, loss } = await session.differentiate(0, 1, { counts: (row) => chosen.includes(row) });
    const expected = await other.differentiate(0, 1);
    expect(counted).toBe(2 * sequenceLength);
    expect(loss).toBe(expected.loss);
    expect(session.gradients).toEqual(other.gradients);

    // Both halves add up to the batch.
    const first = Float64Array.from(session.gradients);
    session.resetState();
    await session.differentiate(0, 1, { counts: (row) => !chosen.includes(row) });
    const sum = first.map((value, i) => value + session.gradients[i]!);
    session.resetState();
    await session.differentiate(0, 1);
    expect(relativeError(session.gradients, sum)).toBeLessThan(1e-5);
    engine.close();
  });

  it('leave the state and the buffers as they were, when these are restored', async () => {
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const tokens = Int32Array.from({ length: 81 }, () => random.integer(V));
    const session = smallSession(engine, createBatches({ tokens, batchSize: 4, sequenceLength: 5 }), 4);
    await session.differentiate(0, 1);
    const states = () => Object.values(session.arrays.state).flatMap((parts) => parts.map((part) => [...part]));
    const before = states();
    const restore = session.remember();
    await session.differentiate(1, 2);
    expect(states()).not.toEqual(before);
    restore();
    expect(states()).toEqual(before);
    engine.close();
  });
});
