import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { evaluatePerplexity } from '../../src/evaluate/perplexity.js';
import { createStreamEvaluator } from '../../src/evaluate/stream-evaluator.js';
import { createRandom } from '../../src/foundation/random.js';
import type { OpenedModel } from '../../src/run/open-model.js';
import { randomModel } from '../sample/trained-model.js';

const random = createRandom(6);
const tokens = Int32Array.from({ length: 203 }, () => random.integer(22));

interface Sizes {
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly microbatches?: number;
}

function evaluator(engine: Engine, model: OpenedModel, sizes: Sizes, text = tokens) {
  return createStreamEvaluator({
    engine,
    model: model.options,
    table: model.table,
    parameters: model.arena,
    tokens: text,
    ...sizes,
  });
}

/** What the streams come to when each is evaluated by itself. */
async function separately(batchSize: number): Promise<number> {
  const engine = createReferenceEngine();
  const model = randomModel(engine);
  const predictions = tokens.length - 1;
  let nats = 0;
  let start = 0;
  for (let b = 0; b < batchSize; b++) {
    const length = Math.floor(predictions / batchSize) + (b < predictions % batchSize ? 1 : 0);
    nats += (await evaluatePerplexity({ model, engine, tokens: tokens.subarray(start, start + length + 1) })).nats;
    start += length;
  }
  return nats / predictions;
}

describe('evaluating in streams', () => {
  it.each([
    [1, 1, 10],
    [4, 2, 10],
    [6, 2, 7],
    [6, 1, 40],
  ])(
    'is the mean over all predictions of %i streams on %i shards in windows of %i',
    async (batchSize, shards, sequenceLength) => {
      for (const engine of [createReferenceEngine({ shards }), createTypedArrayEngine({ shards, threads: 2 })]) {
        const { loss, tokens: counted } = await evaluator(engine, randomModel(engine), { batchSize, sequenceLength }).run();
        expect(counted).toBe(202);
        expect(Math.abs(loss / (await separately(batchSize)) - 1)).toBeLessThan(1e-6);
        engine.close();
      }
    },
  );

  it.each([
    [4, 2, 2],
    [6, 1, 3],
    [12, 3, 2],
  ])('is the same mean for %i streams on %i shards in %i microbatches', async (batchSize, shards, microbatches) => {
    const engine = createTypedArrayEngine({ shards, threads: 2 });
    const sizes = { batchSize, microbatches, sequenceLength: 7 };
    const { loss, tokens: counted } = await evaluator(engine, randomModel(engine), sizes).run();
    expect(counted).toBe(202);
    expect(Math.abs(loss / (await separately(batchSize)) - 1)).toBeLessThan(1e-6);
    // A text that is too short for so many streams has a stream for each prediction, as far as the parts are equal.
    const short = await evaluator(engine, randomModel(engine), sizes, tokens.subarray(0, shards * microbatches + 2)).run();
    expect(short.tokens).toBe(shards * microbatches + 1);
    engine.close();
  });

  it('gives the same bits again, and on any number of threads', async () => {
    const losses: number[] = [];
    for (const threads of [1, 2, 4]) {
      const engine = createTypedArrayEngine({ shards: 4, threads });
      const streams = evaluator(engine, randomModel(engine), { batchSize: 8, sequenceLength: 5 });
      losses.push((await streams.run()).loss, (await streams.run()).loss);
      engine.close();
    }
    expect(new Set(losses).size).toBe(1);
  });

  it('uses the current parameters at each run, and does not change them', async () => {
    const engine = createTypedArrayEngine({ shards: 2, threads: 2 });
    const model = randomModel(engine);
    const streams = evaluator(engine, model, { batchSize: 4, sequenceLength: 10 });
    const before = Float32Array.from(model.arena);
    const first = await streams.run();
    expect(model.arena).toEqual(before);
    model.arena.fill(0);
    const uniform = await streams.run();
    expect(uniform.loss).toBeCloseTo(Math.log(22), 5);
    model.arena.set(before);
    expect(await streams.run()).toEqual(first);
    engine.close();
  });

  it('reads a text that is too short for all streams in fewer', async () => {
    const engine = createReferenceEngine({ shards: 2 });
    const { loss, tokens: counted } = await evaluator(
      engine,
      randomModel(engine),
      { batchSize: 8, sequenceLength: 10 },
      tokens.subarray(0, 6),
    ).run();
    expect(counted).toBe(5);
    expect(loss).toBeGreaterThan(0);
    expect(() => evaluator(engine, randomModel(engine), { batchSize: 8, sequenceLength: 10 }, tokens.subarray(0, 2))).toThrow(
      'the validation text has 2 tokens',
    );
  });
});
