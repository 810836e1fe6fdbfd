import { describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { collectLosses, type PerplexityOptions } from '../../src/evaluate/perplexity.js';
import { scoreWindows, type Windows } from '../../src/evaluate/score-windows.js';
import { createRandom } from '../../src/foundation/random.js';
import { memoryTokenSource } from '../../src/text/batches.js';
import { randomModel } from '../sample/trained-model.js';
import { tokenLosses } from './token-losses.js';

const random = createRandom(7);
const tokens = Int32Array.from({ length: 204 }, () => random.integer(22));
const predictions = tokens.length - 1;

const windowedLosses = async (windows: Windows, options: PerplexityOptions) =>
  (await collectLosses(options.tokens, (onLosses) => scoreWindows(windows, options, onLosses))).losses;

/** Each token's loss where only so much of the text before it is read, a window at a time. */
async function plainly(length: number, stride: number): Promise<Float32Array> {
  const engine = createReferenceEngine();
  const model = randomModel(engine);
  const all = new Float32Array(predictions).fill(Number.NaN);
  for (let start = 0; start === 0 || start - stride + length < predictions; start += stride) {
    const losses = await tokenLosses({ model, engine, tokens: tokens.subarray(start, start + length + 1) });
    const context = start === 0 ? 0 : length - stride;
    all.set(losses.subarray(context), start + context);
  }
  return all;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce(
    (most, value, i) => Math.max(most, Number.isNaN(b[i]!) ? Number.POSITIVE_INFINITY : Math.abs(value - b[i]!)),
    0,
  );
}

describe('windows', () => {
  it.each([
    [10, 10],
    [10, 3],
    [45, 20],
    [64, 1],
    [64, 64],
    [1, 1],
    [202, 7],
    [203, 203],
    [500, 100],
  ])('of %i predictions, %i apart, count each token once, after the context that its window has', async (length, stride) => {
    const wanted = await plainly(length, stride);
    for (const shards of [1, 2]) {
      const engine = createTypedArrayEngine({ shards, threads: shards });
      const losses = await windowedLosses({ length, stride }, { model: randomModel(engine), engine, tokens });
      expect(largestDifference(losses, wanted)).toBeLessThan(1e-5);
      engine.close();
    }
  });

  it('that hold the whole text are exact', async () => {
    const engine = createReferenceEngine();
    const model = randomModel(engine);
    expect(await windowedLosses({ length: 1000, stride: 5 }, { model, engine, tokens })).toEqual(
      await tokenLosses({ model, engine, tokens }),
    );
  });

  it('read no token that the text does not have', async () => {
    const engine = createReferenceEngine();
    const model = randomModel(engine);
    const memory = memoryTokenSource(tokens);
    const source = {
      ...memory,
      read(start: number, target: Int32Array, count: number) {
        expect([start >= 0, count > 0, start + count <= tokens.length]).toEqual([true, true, true]);
        memory.read(start, target, count);
      },
    };
    for (const windows of [
      { length: 45, stride: 20 },
      { length: 10, stride: 3 },
    ])
      expect(await windowedLosses(windows, { model, engine, tokens: source })).toEqual(
        await windowedLosses(windows, { model, engine, tokens }),
      );
  });

  it('report progress after each batch of windows', async () => {
    const engine = createReferenceEngine();
    const told: number[] = [];
    const onProgress = (done: number, total: number) => void told.push(done, total);
    await windowedLosses({ length: 10, stride: 3 }, { model: randomModel(engine), engine, tokens, onProgress });
    // 66 windows: 32, 32 and 2.
    expect(told).toEqual([31 * 3 + 10, predictions, 63 * 3 + 10, predictions, predictions, predictions]);
  });

  it('refuse a text with nothing to predict', async () => {
    const engine = createReferenceEngine();
    const options = { model: randomModel(engine), engine, tokens: tokens.subarray(0, 1) };
    await expect(windowedLosses({ length: 2, stride: 2 }, options)).rejects.toThrow('the text has 1 token,');
  });
});
