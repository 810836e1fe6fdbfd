import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/onnxruntime-engine.js';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { entryView } from '../../src/model/parameter-table.js';
import { modelOptions } from '../../src/model/specification.js';
import { createBatches } from '../../src/text/batches.js';
import { createSession, type SessionOptions, type TrainingSession } from '../../src/train/session.js';
import { relativeError } from '../engine/model-fixture.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { goldenBatches } from '../golden/golden-batches.js';
import { Golden } from '../golden/read-golden.js';
import { equalLayers } from '../model/short-form.js';
import { localTeams } from '../parallel/local-team.js';
import { resultOf, smallConfig, train } from './run-fixture.js';
import { smallSession, V } from './small-session.js';

const [WORKERS, B, T, WINDOWS] = [4, 8, 5, 6];
const random = createRandom(11);
const tokens = Int32Array.from({ length: B * T * WINDOWS + 1 }, () => random.integer(V));
const adam = { type: 'adam', beta1: 0.9, beta2: 0.99, epsilon: 1e-8 };
const options = { optimizer: adam, clipping: { type: 'norm', threshold: 0.5 }, accumulation: 2 } as const;
const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
const engines: [string, () => Engine | Promise<Engine>][] = [
  ['reference', () => createReferenceEngine()],
  ['typed-array', () => createTypedArrayEngine({ shards: 2, threads: 2 })],
  ['onnxruntime', () => createOnnxRuntimeEngine({ provider: 'cpu', threads: 2 })],
];

/** A session whose workers meet now and then. All of its arrays begin with the same parameters. */
function begun(more: Partial<SessionOptions>): TrainingSession {
  const { microbatches = WORKERS } = more;
  const batches = createBatches({ tokens, batchSize: B, sequenceLength: T, shards: microbatches });
  const session = smallSession(engine, batches, B, { ...options, microbatches, ...more });
  session.parameters.evaluated.set(session.parameters.trained);
  return session;
}

/** Makes steps with a learning rate that changes; returns what they tell. */
async function steps(session: TrainingSession, from: number, to: number, last = to) {
  const told: { loss: number; norm: number }[] = [];
  for (let step = from; step <= to; step++) {
    const window = (2 * (step - 1)) % WINDOWS;
    if (window === 0) session.resetState();
    const { loss, norm } = await session.differentiate(window, step);
    told.push({ loss, norm });
    await session.update(step, 0.02 / step, norm, step === last);
  }
  return told;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('local steps', () => {
  it('are stopped and resumed between two meetings to the same bits', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { microbatches: 4, diloco: { everySteps: 6 }, shuffle: { pieces: 2 } });
    await train(config, join(folder, 'whole'));
    for (const [piece, length] of [4, 5, 7, Number.POSITIVE_INFINITY].entries()) {
      let left = length;
      await train(config, join(folder, 'pieces'), {
        start: piece === 0 ? 'new' : 'resume',
        stopRequested: () => left-- === 0,
      });
    }
    expect(resultOf(join(folder, 'pieces'))).toEqual(resultOf(join(folder, 'whole')));
    const { model, checkpoint } = resultOf(join(folder, 'whole'));
    // The model has the shared parameters only.
    expect(model.toString('latin1')).not.toContain('worker');
    expect(checkpoint.toString('latin1')).toContain('worker3.parameters.');
  });

  it('are those of separate trainings, between which an outer optimizer moves what they begin with', async () => {
    const diloco = { everySteps: 3, outerLearningRate: 0.7, outerMomentum: 0.9 };
    const session = begun({ diloco });
    const told = await steps(session, 1, 8);

    // The definition: a training for each worker, with its rows of the batch as the whole batch.
    const rows = B / WORKERS;
    const workers = Array.from({ length: WORKERS }, (_, worker) => {
      const [start, length] = [worker * rows * T * WINDOWS, rows * T * WINDOWS];
      const batches = createBatches({ tokens: tokens.slice(start, start + length + 1), batchSize: rows, sequenceLength: T });
      return smallSession(engine, batches, rows, options);
    });
    const shared = Float64Array.from(workers[0]!.parameters.trained);
    const velocity = new Float64Array(shared.length);
    const expected = [];
    for (let step = 1; step <= 8; step++) {
      const each = [];
      for (const worker of workers) each.push(...(await steps(worker, step, step)));
      expected.push({ loss: mean(each.map(({ loss }) => loss)), norm: mean(each.map(({ norm }) => norm)) });
      if (step % 3 !== 0 && step !== 8) continue;
      for (let i = 0; i < shared.length; i++) {
        const difference = mean(workers.map(({ parameters }) => shared[i]! - parameters.trained[i]!));
        velocity[i] = 0.9 * velocity[i]! + difference;
        shared[i]! -= 0.7 * (difference + 0.9 * velocity[i]!);
      }
      for (const { parameters } of workers) parameters.trained.set(shared);
    }
    for (const [i, { loss, norm }] of told.entries()) {
      expect(loss).toBeCloseTo(expected[i]!.loss, 5);
      expect(norm).toBeCloseTo(expected[i]!.norm, 5);
    }
    const { evaluated } = session.parameters;
    expect(evaluated.length).toBe(shared.length);
    for (let i = 0; i < shared.length; i++) expect(Math.abs(evaluated[i]! - shared[i]!)).toBeLessThan(1e-5);
  });

  it('evaluate the shared parameters, which change only when workers meet', async () => {
    const session = begun({ diloco: { everySteps: 3, outerLearningRate: 1, outerMomentum: 0 } });
    const before = session.parameters.evaluated.slice();
    await steps(session, 1, 2, Number.NaN);
    expect(session.parameters.evaluated).toEqual(before);
    expect(session.parameters.trained).not.toEqual(before);
    await steps(session, 3, 3, Number.NaN);
    expect(session.parameters.evaluated).not.toEqual(before);
    expect(session.parameters.trained).toEqual(session.parameters.evaluated);
  });

  it('of one worker with an outer learning rate of 1 are its training', async () => {
    const alone = begun({ microbatches: 1 });
    const expected = await steps(alone, 1, 7);
    const session = begun({ microbatches: 1, diloco: { everySteps: 3, outerLearningRate: 1, outerMomentum: 0 } });
    expect(await steps(session, 1, 3)).toEqual(expected.slice(0, 3));
    const told = await steps(session, 4, 7);
    for (const [i, { loss }] of told.entries()) expect(loss).toBeCloseTo(expected[i + 3]!.loss, 5);
  });

  it.each(['float32', 'bfloat16'] as const)(
    'have the same bits in a team of any size, sent as %s',
    async (gradientPrecision) => {
      const diloco = { everySteps: 3, outerLearningRate: 0.7, outerMomentum: 0.9 };
      const arraysOf = ({ arrays: { parameters, moments, state } }: TrainingSession) => ({
        parameters: parameters.slice(),
        moments: Object.fromEntries(Object.entries(moments).map(([name, { values }]) => [name, values.slice()])),
        state: Object.values(state).map((parts) => parts.map((values) => values.slice())),
      });
      const alone = begun({ diloco, gradientPrecision });
      const expected = await steps(alone, 1, 5);
      for (const size of [2, 4]) {
        const members = await Promise.all(
          localTeams(size).map(async (team) => {
            const session = begun({ diloco, gradientPrecision, team });
            const told = await steps(session, 1, 5);
            await session.assemble();
            return { told, arrays: arraysOf(session) };
          }),
        );
        for (const { told } of members) expect(told).toEqual(expected);
        expect(members[0]!.arrays).toEqual(arraysOf(alone));
      }
    },
  );

  it.each(engines)('are those of a PyTorch program, on the %s engine', async (_, create) => {
    const facts = JSON.parse(readFileSync(join(import.meta.dirname, '../golden/local-steps/lstm.json'), 'utf8'));
    const golden = new Golden('local-steps', 'lstm');
    const { vocabularySize, embeddingSize, hiddenSize, layers, batchSize, workers, optimizer, threshold, outer } = facts;
    const on = await create();
    const session = createSession({
      engine: on,
      model: equalLayers({
        vocabularySize,
        cell: { type: 'lstm' },
        layers,
        embeddingSize,
        hiddenSize,
        dropout: 0,
        tieWeights: false,
      }),
      batches: goldenBatches(golden, facts, on.shards * workers),
      batchSize,
      microbatches: workers,
      seed: 0,
      optimizer: { type: 'adam', ...optimizer },
      clipping: { type: 'norm', threshold },
      regularization: { l1: 0, l2: 0 },
      diloco: outer,
    });
    const { table, parameters } = session;
    for (const entry of table.entries) entryView(parameters.evaluated, entry).set(golden.float32(entry.name));
    for (const [i, loss] of facts.losses.entries()) {
      const result = await session.differentiate(i % 2, i + 1);
      expect(result.loss).toBeCloseTo(loss, 4);
      expect(result.norm).toBeCloseTo(facts.norms[i], 4);
      await session.update(i + 1, optimizer.learningRate, result.norm, i === facts.losses.length - 1);
    }
    for (const entry of table.entries) {
      const expected = golden.float32(`shared.${entry.name}`);
      expect(relativeError(entryView(parameters.evaluated, entry), expected), entry.name).toBeLessThan(1e-4);
      expect(relativeError(entryView(parameters.evaluated, entry), golden.float32(entry.name))).toBeGreaterThan(1e-2);
    }
    on.close();
  });

  it('refuse a model with statistics', () => {
    const model = modelOptions({ layers: [{ type: 'lstm', size: 7 }, { type: 'batch-normalization' }] }, V);
    const diloco = { everySteps: 3, outerLearningRate: 0.7, outerMomentum: 0.9 };
    expect(() => begun({ model, diloco })).toThrow(/use layer normalization/);
  });
});
