import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/onnxruntime-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { createBatches } from '../../src/text/batches.js';
import type { StepEvent } from '../../src/train/events.js';
import type { SessionOptions } from '../../src/train/session.js';
import { relativeError } from '../engine/model-fixture.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { testSeed } from '../random-seed.js';
import { resultOf, type Settings, smallConfig, train } from './run-fixture.js';
import { smallSession, V } from './small-session.js';

const T = 5;

const random = createRandom(testSeed);
const text = (length: number) => Int32Array.from({ length }, () => random.integer(V));

/** A session that reads these tokens in windows of T steps. */
function session(engine: Engine, tokens: Int32Array, batchSize: number, options: Partial<SessionOptions> = {}) {
  const batches = createBatches({ tokens, batchSize, sequenceLength: T, shards: engine.shards });
  return smallSession(engine, batches, batchSize, options);
}

const engines: [string, () => Engine | Promise<Engine>][] = [
  ['typed-array', () => createTypedArrayEngine({ shards: 2, threads: 2 })],
  ['onnxruntime', () => createOnnxRuntimeEngine({ provider: 'cpu', threads: 1 })],
];

describe('gradient accumulation', () => {
  // Streams of two windows that begin without a state are, as streams of one window, twice as many; the last is shorter.
  test.each(engines)('gives the loss, the terms and the gradients of a batch as many times as large: %s', async (_, create) => {
    const engine = await create();
    for (const length of [4 * 2 * T + 1, 4 * 2 * T - 2]) {
      const tokens = text(length);
      const accumulated = session(engine, tokens, 4, { accumulation: 2, stateReset: 1 });
      const whole = await accumulated.differentiate(0, 1);
      const windows = { ...createBatches({ tokens, batchSize: 4, sequenceLength: T, shards: engine.shards }) };
      expect(whole).toMatchObject({ tokens: length - 1, windows: 2, relativeLength: 1 });

      // The same windows as rows of one batch: rows 0 to 3 are the first windows, rows 4 to 7 the second ones.
      const large = session(engine, text(8 * T + 1), 8, {
        batches: {
          windows: 1,
          sequenceLength: T,
          predictions: length - 1,
          predictionsBefore: (window) => window * (length - 1),
          tokenCounts: windows.tokenCounts,
          fill(__, inputs, targets, weights) {
            const rows = 8 / engine.shards;
            const small = 4 / engine.shards;
            const part = () => ({
              inputs: inputs.map(() => new Int32Array(T * small)),
              targets: inputs.map(() => new Int32Array(T * small)),
              weights: inputs.map(() => new Float32Array(T * small)),
            });
            for (const window of [0, 1]) {
              const from = part();
              windows.fill(window, from.inputs, from.targets, from.weights);
              for (let row = 0; row < 4; row++) {
                const [target, source] = [window * 4 + row, row];
                const [toShard, fromShard] = [Math.floor(target / rows), Math.floor(source / small)];
                for (let t = 0; t < T; t++) {
                  const [to, at] = [t * rows + (target % rows), t * small + (source % small)];
                  inputs[toShard]![to] = from.inputs[fromShard]![at]!;
                  targets[toShard]![to] = from.targets[fromShard]![at]!;
                  weights[toShard]![to] = from.weights[fromShard]![at]!;
                }
              }
            }
            return length - 1;
          },
        },
      });
      const expected = await large.differentiate(0, 1);
      expect(Math.abs(whole.loss - expected.loss)).toBeLessThan(1e-6);
      expect(whole.terms.activation).toBeCloseTo(expected.terms.activation!, 6);
      expect(Math.abs(whole.norm / expected.norm - 1)).toBeLessThan(1e-5);
      expect(relativeError(accumulated.gradients, large.gradients)).toBeLessThan(1e-5);
    }
    engine.close();
  });

  test('adds three windows in their order, and what is left at the end of an epoch', async () => {
    const engine = createTypedArrayEngine({ shards: 2, threads: 1 });
    const tokens = text(4 * 4 * T + 1);
    const single = session(engine, tokens, 4);
    const triple = session(engine, tokens, 4, { accumulation: 3 });
    const sum = new Float64Array(single.gradients.length);
    let loss = 0;
    for (const window of [0, 1, 2]) {
      loss += (await single.differentiate(window, window + 1)).loss / 3;
      single.gradients.forEach((value, i) => {
        sum[i]! += value / 3;
      });
    }
    const result = await triple.differentiate(0, 1);
    expect(result.windows).toBe(3);
    expect(result.loss).toBeCloseTo(loss, 6);
    expect(relativeError(triple.gradients, sum)).toBeLessThan(1e-5);
    const rest = await triple.differentiate(3, 2);
    const last = await single.differentiate(3, 4);
    expect(rest).toMatchObject({ windows: 1, tokens: 4 * T });
    expect(rest.loss).toBe(last.loss);
    expect(triple.gradients).toEqual(single.gradients);
    engine.close();
  });
});

describe('microbatches', () => {
  test.each(engines)('give the loss, the terms and the gradients of the whole batch: %s', async (_, create) => {
    const engine = await create();
    // The last streams are shorter, and the last window is not full.
    const tokens = text(8 * (2 * T + 2) - 3);
    const whole = session(engine, tokens, 8, { accumulation: 2 });
    const { shards } = engine;
    for (const microbatches of [2, 4]) {
      const batches = createBatches({ tokens, batchSize: 8, sequenceLength: T, shards: shards * microbatches });
      const parts = smallSession(engine, batches, 8, { accumulation: 2, microbatches });
      whole.resetState();
      for (const [window, step] of [
        [0, 1],
        [2, 2],
      ] as const) {
        const expected = await whole.differentiate(window, step);
        const result = await parts.differentiate(window, step);
        expect(result).toMatchObject({ tokens: expected.tokens, windows: expected.windows });
        expect(result.relativeLength).toBe(expected.relativeLength);
        expect(Math.abs(result.loss - expected.loss)).toBeLessThan(1e-6);
        expect(result.terms.activation).toBeCloseTo(expected.terms.activation!, 6);
        expect(relativeError(parts.gradients, whole.gradients)).toBeLessThan(1e-5);
        const rows = (arrays: Readonly<Record<string, readonly Float32Array[]>>) =>
          Object.values(arrays).map((shards) => shards.flatMap((values) => [...values]));
        for (const [i, values] of rows(parts.arrays.state).entries())
          expect(relativeError(values, rows(whole.arrays.state)[i]!)).toBeLessThan(1e-5);
      }
      // Half of the rows, which are those of the whole batch.
      const half = { counts: (row: number) => row < 3 };
      const [leaveWhole, leaveParts] = [whole.remember(), parts.remember()];
      const expected = await whole.differentiate(0, 3, half);
      const result = await parts.differentiate(0, 3, half);
      expect(result.tokens).toBe(expected.tokens);
      expect(relativeError(parts.gradients, whole.gradients)).toBeLessThan(1e-5);
      leaveWhole();
      leaveParts();
      const again = await parts.differentiate(0, 3, half);
      expect(again).toEqual(result);
    }
    engine.close();
  });
});

describe('a reset of the state', () => {
  test('with probability 1 makes every window begin with an empty state', async () => {
    const engine = createTypedArrayEngine({ shards: 2, threads: 1 });
    const tokens = text(4 * 3 * T + 1);
    const [always, never] = [session(engine, tokens, 4, { stateReset: 1 }), session(engine, tokens, 4)];
    for (const window of [0, 1, 2]) {
      never.resetState();
      expect((await always.differentiate(window, window + 1)).loss).toBe((await never.differentiate(window, window + 1)).loss);
      expect(always.gradients).toEqual(never.gradients);
    }
    engine.close();
  });

  test('with a probability resets this share of the sequences, the same on any number of shards', async () => {
    const B = 400;
    const tokens = text(B * 2 * T + 1);
    const before: Float32Array[] = [];
    for (const shards of [1, 4]) {
      const engine = createTypedArrayEngine({ shards, threads: 1 });
      const trained = session(engine, tokens, B, { stateReset: 0.2 });
      const twin = session(engine, tokens, B);
      for (const one of [trained, twin]) await one.differentiate(0, 1);
      // The first window begins with zeros anyway. In the second, the rows that were reset give another state at its end.
      for (const one of [trained, twin]) await one.differentiate(1, 2);
      const rowsOf = (parts: readonly Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));
      const [state, expected] = [trained, twin].map(({ arrays }) => rowsOf(arrays.state['h.0']!)) as [
        Float32Array,
        Float32Array,
      ];
      const size = state.length / B;
      const reset = Float32Array.from({ length: B }, (_, row) =>
        state.subarray(row * size, (row + 1) * size).every((value, i) => value === expected[row * size + i]) ? 0 : 1,
      );
      before.push(reset);
      const share = reset.reduce((sum, value) => sum + value, 0) / B;
      expect(share).toBeGreaterThan(0.1);
      expect(share).toBeLessThan(0.3);
      engine.close();
    }
    expect(before[0]).toEqual(before[1]);
  });
});

const steps = (events: Awaited<ReturnType<typeof train>>) =>
  events.filter((event): event is StepEvent => event.type === 'step');

describe('windows of several lengths', () => {
  test('change the learning rate in proportion, and read every token once in an epoch', async () => {
    const folder = temporaryFolder();
    const optimizer = { type: 'sgd', learningRate: 0.6 };
    const settings: Settings = { optimizer, lengthVariation: { halved: 0.2, deviation: 2 }, epochs: 2 };
    const events = await train(smallConfig(folder, settings), join(folder, 'run'));
    const plain = await train(smallConfig(folder, { optimizer, epochs: 2 }), join(folder, 'plain'));
    expect(steps(events).at(-1)!.tokens).toBe(steps(plain).at(-1)!.tokens);
    const rates = [...new Set(steps(events).map(({ learningRate }) => Math.round((learningRate / 0.6) * 10)))];
    // sqrt(3) 2 is 3: lengths 7, 10 and 13, and 5.
    expect(rates.toSorted((a, b) => a - b)).toEqual([5, 7, 10, 13]);
    // The tokens of a step are those of its window: 8 streams of so many.
    const all = steps(events);
    all.forEach(({ step, tokens, learningRate, epoch }, i) => {
      const before = all[i - 1]?.tokens ?? 0;
      if (all[i + 1]?.epoch === epoch) expect(tokens - before, String(step)).toBe(Math.round((8 * 10 * learningRate) / 0.6));
    });
  });

  test('that the engine cannot compile are refused, and the longest that it can is named', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { sequenceLength: 96, batchSize: 4, lengthVariation: { deviation: 40 } });
    const engine = { ...createTypedArrayEngine({ shards: 4, threads: 1 }), maximumUnrolledSteps: 300 };
    const batches = {
      ...createBatches({ tokens: text(4000), batchSize: 4, sequenceLength: 96, shards: 4 }),
      lengths: [48, 96, 165],
    };
    expect(() => session(engine, text(400), 4, { batches })).toThrow(
      'training.sequenceLength 96 (windows up to 165 by training.lengthVariation) with 2 recurrent layers is 330 steps of a layer in a ' +
        'window; the typed-array engine compiles at most 300: set training.sequenceLength to at most 81',
    );
    expect(config.training.lengthVariation).toEqual({ halved: 0.05, deviation: 40 });
    engine.close();
  });
});

describe('a run', () => {
  const everything: Settings = {
    epochs: 3,
    accumulation: 3,
    microbatches: 2,
    stateReset: 0.3,
    lengthVariation: { halved: 0.2, deviation: 2 },
    shuffle: { pieces: 3 },
    averaging: { type: 'ema', decay: 0.8 },
  };
  test.each<[string, Settings]>([
    ['accumulation', { accumulation: 3 }],
    ['lengthVariation', { lengthVariation: { halved: 0.2, deviation: 2 } }],
    ['shuffle', { shuffle: { pieces: 4 } }],
    ['stateReset', { stateReset: 0.4 }],
    ['microbatches', { microbatches: 2 }],
    ['all of them', everything],
  ])('with %s is resumed to the same bits after any step, on any number of threads', async (_, settings) => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, settings);
    const events = await train(config, join(folder, 'whole'), { threads: 2 });
    const plain = await train(smallConfig(folder, { epochs: config.training.epochs! }), join(folder, 'plain'));
    expect(steps(events).map(({ loss }) => loss)).not.toEqual(steps(plain).map(({ loss }) => loss));
    const directory = join(folder, 'pieces');
    let finished = false;
    for (let piece = 0; !finished; piece++) {
      let left = 1 + random.integer(5);
      const pieces = await train(config, directory, {
        start: piece === 0 ? 'new' : 'resume',
        stopRequested: () => left-- === 0,
        threads: 1 + (piece % 3),
      });
      finished = pieces.some((event) => event.type === 'end' && event.reason === 'completed');
    }
    expect(resultOf(directory)).toEqual(resultOf(join(folder, 'whole')));
    expect(steps(events).at(-1)!.tokens).toBe(steps(plain).at(-1)!.tokens);
  });

  test('with accumulation counts updates: an epoch has as many as its windows need', async () => {
    const folder = temporaryFolder();
    const events = await train(smallConfig(folder, { epochs: 2, accumulation: 3 }), join(folder, 'run'));
    const plain = await train(smallConfig(folder, { epochs: 2 }), join(folder, 'plain'));
    const [start, plainStart] = [events, plain].map((list) => list.find((event) => event.type === 'start')!);
    expect(start!.stepsPerEpoch).toBe(Math.ceil(plainStart!.stepsPerEpoch / 3));
    expect(start!.steps).toBe(2 * start!.stepsPerEpoch);
    expect(events.filter(({ type }) => type === 'epoch').map((event) => 'step' in event && event.step)).toEqual([
      start!.stepsPerEpoch,
      2 * start!.stepsPerEpoch,
    ]);
  });
});
