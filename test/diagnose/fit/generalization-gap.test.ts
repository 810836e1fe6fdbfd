import { describe, expect, it } from 'vitest';
import { measureGeneralizationGap } from '../../../src/diagnose/fit/generalization-gap.js';
import type { Engine } from '../../../src/engine/engine.js';
import { createReferenceEngine } from '../../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import { evaluatePerplexity } from '../../../src/evaluate/perplexity.js';
import { stackOptions, stackTable } from '../../../src/model/stack-model.js';
import { stacksOf } from '../../../src/model/stacks.js';
import type { ParameterNetwork } from '../../../src/model/window-programs.js';
import { createBatches, memoryTokenSource } from '../../../src/text/batches.js';
import { reversedSource } from '../../../src/text/reversed-source.js';
import { createTrainingProgram } from '../../../src/train/training-program.js';
import { randomNetwork, randomText } from './random-network.js';

const plainEngine = createReferenceEngine();
const train = randomText(803, 1);
const validation = randomText(305, 2);
const sizes = { batchSize: 4, sequenceLength: 10, seed: 3 };
const all = { ...sizes, maximumPredictions: 1e9 };

/** Mean loss over the first predictions of each of 4 streams, each read from a zero state by itself. */
async function plainLoss(section: Record<string, unknown>, tokens: Int32Array, most: number): Promise<number> {
  const model = randomNetwork(plainEngine, section);
  let [nats, predictions, start] = [0, 0, 0];
  const count = tokens.length - 1;
  for (let b = 0; b < 4; b++) {
    const length = Math.floor(count / 4) + (b < count % 4 ? 1 : 0);
    const text = tokens.subarray(start, start + Math.min(most, length) + 1);
    const found = await evaluatePerplexity({ engine: plainEngine, model, tokens: text });
    nats += found.nats;
    predictions += found.tokens;
    start += length;
  }
  return nats / predictions;
}

/** The mean training loss of the first windows of the text, as training computes it, on a copy of the parameters. */
async function trainingLoss(engine: Engine, model: ParameterNetwork, windows: number): Promise<number> {
  const parameters = engine.allocateFloats(model.table.arenaLength);
  parameters.set(model.arena);
  const { batchSize, sequenceLength, seed } = sizes;
  const layOut = (tokens: Parameters<typeof reversedSource>[0]) =>
    createBatches({ tokens, batchSize, sequenceLength, shards: engine.shards });
  const forward = layOut(train.tokens);
  const batches = model.options.bidirectional ? { ...forward, reversed: layOut(reversedSource(train.tokens)) } : forward;
  const { options, table } = model;
  const program = createTrainingProgram({
    engine,
    model: options,
    table,
    frozen: new Set(),
    parameters,
    batches,
    batchSize,
    seed,
  });
  let [nats, counted] = [0, 0];
  for (let window = 0; window < windows; window++) {
    const { loss, tokens } = await program.run(window, window + 1);
    nats += loss * tokens;
    counted += tokens;
  }
  return nats / counted;
}

describe('the generalization gap', () => {
  it.each([1, 2])('has the losses of each stream by itself, and training with dropout (%i shards)', async (shards) => {
    const engine = createTypedArrayEngine({ shards, threads: 1 });
    const section = { dropout: 0.4 };
    const model = randomNetwork(engine, section);
    const before = Float32Array.from(model.arena);
    const windows: number[] = [];
    const texts = { train: train.tokens, validation: memoryTokenSource(validation.tokens) };
    const onProgress = (done: number, total: number) => void windows.push(done, total);
    const gap = await measureGeneralizationGap({ engine, model, ...texts, ...all, onProgress });
    // Streams of the validation text have 76 predictions, which are 8 windows; of the training text as many are read.
    expect(gap.validation!.predictions).toBe(304);
    expect(gap.train.predictions).toBe(320);
    expect(gap.trainWithDropout!.predictions).toBe(320);
    expect(windows.slice(-2)).toEqual([24, 24]);
    expect(gap.validation!.natsPerToken).toBeCloseTo(await plainLoss(section, validation.tokens, 76), 5);
    expect(gap.train.natsPerToken).toBeCloseTo(await plainLoss(section, train.tokens, 80), 5);
    expect(gap.trainWithDropout!.natsPerToken).toBeCloseTo(await trainingLoss(engine, model, 8), 5);
    expect(Math.abs(gap.trainWithDropout!.natsPerToken - gap.train.natsPerToken)).toBeGreaterThan(1e-3);
    expect(model.arena).toEqual(before);
    engine.close();
  });

  it('reads about as many predictions as are asked for, without a validation text the training text alone', async () => {
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const model = randomNetwork(engine, { dropout: 0.4 });
    const gap = await measureGeneralizationGap({ engine, model, train: train.tokens, ...sizes, maximumPredictions: 81 });
    expect(gap).not.toHaveProperty('validation');
    expect(gap.train.predictions).toBe(120);
    expect(gap.train.natsPerToken).toBeCloseTo(await plainLoss({}, train.tokens, 30), 5);
    engine.close();
  });

  it('has no loss with dropout for a model without masks', async () => {
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const gap = await measureGeneralizationGap({ engine, model: randomNetwork(engine), train: train.tokens, ...all });
    expect(gap).toEqual({
      train: { natsPerToken: expect.closeTo(await plainLoss({}, train.tokens, 1e9), 5), predictions: 802 },
    });
    engine.close();
  });

  it('is the mean of both directions of a bidirectional model', async () => {
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const model = randomNetwork(engine, { bidirectional: true, dropout: 0.3 });
    const { options, table, arena } = model;
    const short = train.tokens.subarray(0, 201);
    const one = { engine, train: short, validation: short, ...all, batchSize: 1 };
    const gap = await measureGeneralizationGap({ ...one, model });
    let sum = 0;
    for (const stack of stacksOf(options)) {
      const own = { options: stackOptions(options, stack), table: stackTable(table, options, stack), arena };
      const tokens = stack.direction === 'backward' ? reversedSource(short) : short;
      sum += (await evaluatePerplexity({ engine, model: own, tokens })).natsPerToken;
    }
    expect(gap.train.natsPerToken).toBeCloseTo(sum / 2, 5);
    expect(gap.validation).toEqual(gap.train);
    const whole = await measureGeneralizationGap({ engine, model, train: train.tokens, ...sizes, maximumPredictions: 400 });
    expect(whole.trainWithDropout!.natsPerToken).toBeCloseTo(await trainingLoss(engine, model, 10), 5);
    engine.close();
  });

  it('reads independent documents from a zero state', async () => {
    const engine = createTypedArrayEngine({ shards: 2, threads: 1 });
    const model = randomNetwork(engine, { dropout: 0.4 });
    const text = memoryTokenSource(train.tokens, train.marks);
    const held = memoryTokenSource(validation.tokens, validation.marks);
    const gap = await measureGeneralizationGap({ engine, model, train: text, validation: held, buckets: 3, ...all });
    const plain = randomNetwork(plainEngine);
    for (const [part, tokens] of [
      [gap.train, text],
      [gap.validation!, held],
    ] as const) {
      const expected = await evaluatePerplexity({ engine: plainEngine, model: plain, tokens, sequenceLength: 32 });
      expect(part).toEqual({ natsPerToken: expect.closeTo(expected.natsPerToken, 5), predictions: expected.tokens });
    }
    expect(gap.trainWithDropout!.predictions).toBe(802);
    engine.close();
  });

  it('leaves running means as they are, and has those of the window with dropout', async () => {
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const layers = [{ type: 'lstm', size: 8, dropout: 0.2 }, { type: 'batch-normalization' }];
    const model = randomNetwork(engine, { layers });
    expect(model.table.buffers.length).toBeGreaterThan(0);
    const before = Float32Array.from(model.arena);
    const options = { engine, model, train: train.tokens, ...sizes, maximumPredictions: 200 };
    const gap = await measureGeneralizationGap(options);
    expect(model.arena).toEqual(before);
    expect(gap.trainWithDropout!.natsPerToken).toBeCloseTo(await trainingLoss(engine, model, 5), 5);
    expect(await measureGeneralizationGap(options)).toEqual(gap);
    engine.close();
  });

  it('reads a short validation text in fewer and shorter streams, and refuses one without predictions', async () => {
    const engine = createTypedArrayEngine({ shards: 2, threads: 1 });
    const model = randomNetwork(engine, { dropout: 0.4 });
    const options = { engine, model, train: train.tokens, ...all };
    const gap = await measureGeneralizationGap({ ...options, validation: validation.tokens.subarray(0, 4) });
    expect(gap.validation!.predictions).toBe(3);
    expect(gap.train.predictions).toBe(4);
    const nothing = measureGeneralizationGap({ ...options, validation: Int32Array.of(1) });
    await expect(nothing).rejects.toThrow('the validation text has 1 token');
    engine.close();
  });
});
