import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesOfEpoch, createBatches, memoryTokenSource } from '../../src/text/batches.js';
import { createEpochs, type EpochOptions } from '../../src/text/epochs.js';
import { epochLengths } from '../../src/text/window-lengths.js';

/** Tokens that tell their own position. */
const positions = (N: number) => Int32Array.from({ length: N }, (_, i) => i + 1000);

/** An epoch as it is read: for each stream the positions, in order; and the predictions of each window. */
function readEpoch(options: EpochOptions, epoch: number) {
  const batches = batchesOfEpoch(createEpochs(options), epoch);
  const { batchSize: B, shards = 1 } = options;
  const rows = B / shards;
  const streams: number[][] = Array.from({ length: B }, () => []);
  const counts: number[] = [];
  const lengths: number[] = [];
  for (let w = 0; w < batches.windows; w++) {
    const T = batches.lengthOf?.(w) ?? batches.sequenceLength;
    const arrays = <A>(create: () => A) => Array.from({ length: shards }, create);
    const inputs = arrays(() => new Int32Array(T * rows).fill(-7));
    const targets = arrays(() => new Int32Array(T * rows).fill(-7));
    const weights = arrays(() => new Float32Array(T * rows).fill(-7));
    counts.push(batches.fill(w, inputs, targets, weights));
    lengths.push(T);
    expect(batches.predictionsBefore(w + 1)).toBe(counts.reduce((sum, count) => sum + count, 0));
    for (let b = 0; b < B; b++) {
      for (let t = 0; t < T; t++) {
        const [shard, i] = [Math.floor(b / rows), t * rows + (b % rows)];
        if (weights[shard]![i] === 0) continue;
        // What is predicted is the token that follows in the text, also at the end of a piece.
        expect(targets[shard]![i]).toBe(inputs[shard]![i]! + 1);
        streams[b]!.push(inputs[shard]![i]! - 1000);
      }
    }
  }
  return { batches, streams, counts, lengths };
}

const cases = fc.record({
  shards: fc.integer({ min: 1, max: 2 }),
  rows: fc.integer({ min: 1, max: 3 }),
  T: fc.integer({ min: 1, max: 12 }),
  extra: fc.nat(300),
  pieces: fc.integer({ min: 1, max: 6 }),
  halved: fc.constantFrom(0, 0.05, 0.3, 0.5),
  spread: fc.double({ min: 0, max: 0.49, noNaN: true }),
  seed: fc.nat(1000),
  epoch: fc.integer({ min: 1, max: 50 }),
});

describe('an epoch', () => {
  it('reads every prediction once, in windows whose number and lengths are those of any other epoch', () => {
    fc.assert(
      fc.property(cases, ({ shards, rows, T, extra, pieces, halved, spread, seed, epoch }) => {
        const B = shards * rows;
        const N = B + 1 + extra;
        const lengthVariation = { halved, deviation: spread * T };
        const options = { tokens: positions(N), batchSize: B, sequenceLength: T, shards, seed, lengthVariation, pieces };
        const first = readEpoch(options, 1);
        const { streams, counts, lengths, batches } = readEpoch(options, epoch);
        expect(streams.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: N - 1 }, (_, i) => i));
        expect(Math.min(...counts)).toBeGreaterThan(0);
        expect(lengths.toSorted((a, b) => a - b)).toEqual(first.lengths.toSorted((a, b) => a - b));
        expect(batches.lengths).toEqual([...new Set(lengths)].toSorted((a, b) => a - b));
        // Each stream stays in its own part of the text, which is that of plain batches.
        const plain = readEpoch({ ...options, lengthVariation: undefined, pieces: 1 }, 1);
        expect(streams.map((stream) => stream.toSorted((a, b) => a - b))).toEqual(plain.streams);
      }),
    );
  });

  it('is a function of seed and number alone', () => {
    const options = { tokens: positions(900), batchSize: 3, sequenceLength: 20, seed: 5 };
    const random = { ...options, lengthVariation: { halved: 0.2, deviation: 4 }, pieces: 4 };
    const epochs = createEpochs(random);
    for (const number of [1, 2, 7, 2]) epochs.epoch!(number);
    const again = readEpoch(random, 2);
    expect(again.lengths).toEqual(Array.from({ length: epochs.windows }, (_, w) => epochs.epoch!(2).lengthOf!(w)));
    expect(readEpoch(random, 2).streams).toEqual(again.streams);
    expect(readEpoch(random, 3).streams).not.toEqual(again.streams);
    expect(readEpoch(random, 3).lengths).not.toEqual(again.lengths);
    expect(readEpoch({ ...random, seed: 6 }, 2).streams).not.toEqual(again.streams);
    expect(readEpoch({ ...random, seed: 6 }, 2).lengths).not.toEqual(again.lengths);
  });

  it('is that of plain batches where nothing varies', () => {
    const options = { tokens: positions(100), batchSize: 3, sequenceLength: 7 };
    const epochs = createEpochs({ ...options, seed: 1 });
    expect(epochs.epoch).toBeUndefined();
    expect(Object.keys(epochs)).toEqual(Object.keys(createBatches(options)));
  });

  it('with two pieces swaps the parts of each stream at its own position: partial shuffling', () => {
    const { streams } = readEpoch({ tokens: positions(401), batchSize: 4, sequenceLength: 9, seed: 3, pieces: 2 }, 1);
    const places = streams.map((stream, b) => {
      const [from, to] = [b * 100, (b + 1) * 100];
      const second = stream[0]!;
      expect(stream).toEqual([
        ...Array.from({ length: to - second }, (_, i) => second + i),
        ...Array.from({ length: second - from }, (_, i) => from + i),
      ]);
      return second - from;
    });
    expect(new Set(places).size).toBe(4);
  });

  it('divides a stream into pieces, which are read in an order other than that of the text', () => {
    for (let epoch = 1; epoch < 30; epoch++) {
      const { streams } = readEpoch({ tokens: positions(201), batchSize: 2, sequenceLength: 9, seed: 3, pieces: 5 }, epoch);
      for (const stream of streams) {
        const jumps = stream.filter((position, i) => i > 0 && position !== stream[i - 1]! + 1).length;
        // Two pieces that come back to their neighbours leave no jump between them.
        expect(jumps).toBeGreaterThan(0);
        expect(jumps).toBeLessThan(5);
      }
    }
  });

  it('resets the state where documents end, in any reading order', () => {
    const ends = Uint8Array.from({ length: 60 }, (_, i) => (i % 7 === 0 ? 1 : 0));
    const tokens = memoryTokenSource(positions(60), ends);
    const batches = batchesOfEpoch(createEpochs({ tokens, batchSize: 1, sequenceLength: 59, seed: 2, pieces: 3 }), 4);
    const [inputs, targets] = [[new Int32Array(59)], [new Int32Array(59)]];
    const [weights, keeps] = [[new Float32Array(59)], [new Float32Array(59)]];
    batches.fill(0, inputs, targets, weights, keeps);
    expect([...keeps[0]!]).toEqual([...inputs[0]!].map((token) => (ends[token - 1000] === 1 ? 0 : 1)));
  });
});

describe('lengths of windows', () => {
  it('have the requested shares, mean and deviation', () => {
    const lengths = epochLengths(70_000, 70, { halved: 0.05, deviation: 5 });
    const share = (length: number) => lengths.filter((one) => one === length).length / lengths.length;
    expect([...new Set(lengths)].toSorted((a, b) => a - b)).toEqual([35, 61, 70, 79]);
    expect(share(35)).toBeCloseTo(0.05, 2);
    expect(share(61)).toBeCloseTo(0.95 / 6, 2);
    expect(share(79)).toBeCloseTo(0.95 / 6, 2);
    const others = lengths.filter((length) => length !== 35);
    const mean = others.reduce((sum, length) => sum + length, 0) / others.length;
    const variance = others.reduce((sum, length) => sum + (length - mean) ** 2, 0) / others.length;
    expect(mean).toBeCloseTo(70, 0);
    expect(Math.abs(Math.sqrt(variance) - 5)).toBeLessThan(0.25);
  });
});
