import { describe, expect, it } from 'vitest';
import { collectPredictions } from '../../../src/diagnose/fit/collect-predictions.js';
import { createReferenceEngine } from '../../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import { memoryTokenSource } from '../../../src/text/batches.js';
import { plainLogits } from './plain-softmax.js';
import { randomNetwork, randomText, V } from './random-network.js';

const plainEngine = createReferenceEngine();
const many = { maximumPredictions: 10_000, maximumBytes: 1e8 };

/** The largest difference between the logits of a sample and those of rows, up to a constant of each row. */
function difference(logits: Float32Array, rows: readonly (readonly number[])[]): number {
  let most = 0;
  for (const [i, row] of rows.entries()) {
    const own = logits.subarray(i * V, (i + 1) * V);
    for (let v = 0; v < V; v++) most = Math.max(most, Math.abs(own[v]! - own[0]! - (row[v]! - row[0]!)));
  }
  return most;
}

describe('collecting predictions', () => {
  it.each([
    [2, 1],
    [20, 1],
    [160, 1],
    [160, 2],
    [160, 3],
  ])('of a text of %i tokens, on %i shards, has the logits of reading it token by token', async (length, shards) => {
    const engine = createTypedArrayEngine({ shards, threads: 1 });
    const { tokens } = randomText(length);
    const sample = await collectPredictions({ engine, model: randomNetwork(engine), tokens, ...many });
    expect(sample.count).toBe(length - 1);
    expect(sample.targets).toEqual(tokens.slice(1));
    const rows = await plainLogits(randomNetwork(plainEngine), plainEngine, tokens.subarray(0, -1));
    expect(difference(sample.logits, rows)).toBeLessThan(1e-4);
    expect(sample.greatest).toEqual(Float32Array.from(rows, (_, i) => Math.max(...sample.logits.subarray(i * V, (i + 1) * V))));
    engine.close();
  });

  it.each([
    {},
    {
      layers: [
        { type: 'gru', size: 8 },
        { type: 'attention', size: 8 },
      ],
    },
  ])('resets the state where documents end (%j)', async (section) => {
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const { tokens, marks } = randomText(200);
    const options = { engine, model: randomNetwork(engine, section), tokens: memoryTokenSource(tokens, marks), ...many };
    const { logits } = await collectPredictions(options);
    const network = randomNetwork(plainEngine, section);
    const reset = await plainLogits(network, plainEngine, tokens.subarray(0, -1), marks);
    expect(difference(logits, reset)).toBeLessThan(1e-4);
    expect(difference(logits, await plainLogits(network, plainEngine, tokens.subarray(0, -1)))).toBeGreaterThan(1e-2);
    engine.close();
  });

  it('predicts parts of a long text at equal distances, each after a run-up of 256 tokens', async () => {
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const cell = { cell: { type: 'rnn' }, layers: 1 };
    const { tokens } = randomText(5001);
    const progress: number[] = [];
    // The state forgets what is before the run-up, so that its length shows only in what is read.
    const isRead = new Uint8Array(tokens.length);
    const source = {
      length: tokens.length,
      read(start: number, target: Int32Array, count: number) {
        target.set(tokens.subarray(start, start + count));
        isRead.fill(1, start, start + count);
      },
    };
    const sample = await collectPredictions({
      engine,
      model: randomNetwork(engine, cell),
      tokens: source,
      maximumPredictions: 640,
      // Of 400 rows, and of a part of the next one.
      maximumBytes: 4 * V * 400 + 4,
      onProgress: (done, total) => void progress.push(done, total),
    });
    expect(sample.count).toBe(400);
    expect(progress).toEqual([400, 400]);
    const network = randomNetwork(plainEngine, cell);
    for (let lane = 0; lane < 16; lane++) {
      const start = 25 * lane + Math.floor((lane * (5000 - 400)) / 16);
      const from = Math.max(0, start - 256);
      const rows = await plainLogits(network, plainEngine, tokens.subarray(from, start + 25));
      expect(difference(sample.logits.subarray(25 * lane * V), rows.slice(start - from)), `lane ${lane}`).toBeLessThan(1e-3);
      if (from > 0) expect([...isRead.subarray(from - 2, from + 2)], `lane ${lane}`).toEqual([0, 0, 1, 1]);
      expect(sample.targets.subarray(25 * lane, 25 * lane + 25)).toEqual(tokens.subarray(start + 1, start + 26));
    }
    engine.close();
  });

  it('gives the same again, with the current parameters', async () => {
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const model = randomNetwork(engine);
    const options = { engine, model, tokens: randomText(100).tokens, ...many };
    const first = await collectPredictions(options);
    expect(await collectPredictions(options)).toEqual(first);
    model.arena.fill(0);
    const { logits } = await collectPredictions(options);
    expect(difference(logits, [new Array<number>(V).fill(0)])).toBe(0);
    engine.close();
  });

  it('refuses a text without predictions, and losses that are not numbers', async () => {
    const model = randomNetwork(plainEngine);
    const options = { engine: plainEngine, model, ...many };
    await expect(collectPredictions({ ...options, tokens: Int32Array.of(1) })).rejects.toThrow(/has 1 token/);
    model.arena.fill(Number.NaN);
    await expect(collectPredictions({ ...options, tokens: randomText(9).tokens })).rejects.toThrow(/not a number at token 2 /);
  });
});
