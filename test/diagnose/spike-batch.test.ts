import { describe, expect, it } from 'vitest';
import { findWorstBatch, type SpikeBatchOptions } from '../../src/diagnose/spike-batch.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { scoreText } from '../../src/evaluate/perplexity.js';
import { createRandom } from '../../src/foundation/random.js';
import { type Batches, batchesOfEpoch, createBatches, memoryTokenSource } from '../../src/text/batches.js';
import { createDocumentBatches } from '../../src/text/document-batches.js';
import { createEpochs } from '../../src/text/epochs.js';
import type { Tokenizer } from '../../src/text/tokenizers/tokenizer.js';
import { randomNetwork } from './random-network.js';

/** The vocabulary. */
const V = 13;

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
const random = createRandom(12);
const letters = 'abcdefghijklmnopqrstuvwxyz';
/** A token is a letter. */
const tokenizer = { createDecoder: () => ({ push: (id: number) => letters[id]! }) } as unknown as Tokenizer;
const textOf = (ids: ArrayLike<number>) => Array.from(ids, (id) => letters[id]!).join('');

describe('findWorstBatch', () => {
  it('has the losses of the streams of the batch, token for token', async () => {
    const { network } = randomNetwork(engine, { cell: { type: 'lstm' }, layers: 2, hiddenSize: 8 }, V);
    const [B, T, windows] = [3, 20, 3];
    const tokens = Int32Array.from({ length: B * T * windows + 1 }, () => random.integer(V));
    const batches = createBatches({ tokens, batchSize: B, sequenceLength: T });
    // All windows before are read in the run-up, so that each row is its stream from the beginning.
    const streams: Float64Array[] = [];
    for (let row = 0; row < B; row++) {
      const losses: number[] = [];
      const stream = tokens.subarray(row * T * windows, (row + 1) * T * windows + 1);
      await scoreText({ model: network, engine, tokens: stream, sequenceLength: T }, (part, _, count) => {
        losses.push(...part.subarray(0, count));
      });
      streams.push(Float64Array.from(losses));
    }
    const options = { engine, network, batches, batchSize: B, accumulation: 1, tokenizer };
    const means: number[] = [];
    for (let step = 1; step <= windows; step++) {
      const found = await findWorstBatch({ ...options, from: step, to: step });
      const expected = streams.map((losses, row) => {
        const own = losses.subarray((step - 1) * T, step * T);
        const worst = own.indexOf(Math.max(...own));
        const first = row * T * windows + (step - 1) * T + 1;
        const natsPerToken = own.reduce((sum, loss) => sum + loss, 0) / T;
        return { row, natsPerToken, text: textOf(tokens.subarray(first, first + T)), worst, first };
      });
      means.push(expected.reduce((sum, { natsPerToken }) => sum + natsPerToken / B, 0));
      expect([found.step, found.epoch]).toEqual([step, 1]);
      expect(found.natsPerToken).toBeCloseTo(means.at(-1)!, 5);
      const ranked = expected.toSorted((a, b) => b.natsPerToken - a.natsPerToken);
      for (const [i, { row, text, natsPerToken, worst, first }] of ranked.entries()) {
        expect(found.rows[i]).toMatchObject({ row, text });
        expect(found.rows[i]!.natsPerToken).toBeCloseTo(natsPerToken, 5);
        expect(found.rows[i]!.worst.token).toBe(letters[tokens[first + worst]!]);
        expect(found.rows[i]!.worst.nats).toBeCloseTo(streams[row]![(step - 1) * T + worst]!, 5);
      }
    }
    const worst = await findWorstBatch({ ...options, from: 1, to: windows });
    expect(worst.step).toBe(means.indexOf(Math.max(...means)) + 1);
  });

  const tokens = Int32Array.from({ length: 500 }, () => random.integer(V));
  const layouts: [string, () => Batches, number][] = [
    ['streams', () => createBatches({ tokens, batchSize: 4, sequenceLength: 9 }), 1],
    ['several windows of an update', () => createBatches({ tokens, batchSize: 4, sequenceLength: 9 }), 3],
    ['partial shuffling', () => createEpochs({ tokens, batchSize: 4, sequenceLength: 9, seed: 2, pieces: 3 }), 2],
    [
      'lengths that vary',
      () => createEpochs({ tokens, batchSize: 4, sequenceLength: 9, seed: 2, lengthVariation: { halved: 0.3, deviation: 2 } }),
      1,
    ],
    [
      'documents',
      () => {
        const source = memoryTokenSource(
          tokens,
          Uint8Array.from(tokens, (id) => Number(id === 0)),
        );
        return createDocumentBatches({ tokens: source, batchSize: 4, sequenceLength: 9, buckets: 2, seed: 3 });
      },
      1,
    ],
  ];

  it.each(layouts)('finds the text that each step of two epochs has read again: %s', async (_, createLayout, accumulation) => {
    const { network } = randomNetwork(engine, { cell: { type: 'gru' }, layers: 1, hiddenSize: 8 }, V);
    const shared = { engine, network, batchSize: 4, accumulation, tokenizer };
    /** What training reads, step by step, in the order of its loop. */
    const layout = createLayout();
    let step = 0;
    for (const epoch of [1, 2]) {
      const { windows } = batchesOfEpoch(layout, epoch);
      for (let window = 0; window < windows; window += accumulation) {
        step++;
        const read: string[] = [];
        for (let part = window; part < Math.min(window + accumulation, windows); part++) {
          const inEpoch = batchesOfEpoch(layout, epoch);
          const length = 4 * (inEpoch.lengthOf?.(part) ?? inEpoch.sequenceLength);
          const [inputs, targets, weights] = [new Int32Array(length), new Int32Array(length), new Float32Array(length)];
          inEpoch.fill(part, [inputs], [targets], [weights], layout.resets ? [new Float32Array(length)] : undefined);
          for (let row = 0; row < 4; row++) read.push(textOf(targets.filter((__, i) => i % 4 === row && weights[i] === 1)));
        }
        if (step % 5 !== 1 && window + accumulation < windows) continue;
        const options: SpikeBatchOptions = { ...shared, batches: createLayout(), from: step, to: step };
        const found = await findWorstBatch(options);
        expect([found.step, found.epoch]).toEqual([step, epoch]);
        expect(found.rows.length).toBeGreaterThan(0);
        for (const { text } of found.rows) expect(read).toContain(text);
      }
    }
    expect(step).toBeGreaterThan(9);
  });
});
