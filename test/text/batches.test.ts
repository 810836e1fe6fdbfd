import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBatches, memoryTokenSource, type TokenSource } from '../../src/text/batches.js';

/** Arrays of one window, filled with a value that must not survive. */
function window(shards: number, rows: number, T: number) {
  const arrays = <A>(create: (length: number) => A) => Array.from({ length: shards }, () => create(T * rows));
  return {
    inputs: arrays((length) => new Int32Array(length).fill(-7)),
    targets: arrays((length) => new Int32Array(length).fill(-7)),
    weights: arrays((length) => new Float32Array(length).fill(-7)),
  };
}

const sizes = fc
  .record({
    shards: fc.integer({ min: 1, max: 4 }),
    rows: fc.integer({ min: 1, max: 4 }),
    T: fc.integer({ min: 1, max: 9 }),
    extra: fc.nat(120),
  })
  .map(({ shards, rows, T, extra }) => ({ shards, rows, T, B: shards * rows, N: shards * rows + 1 + extra }));

/** Tokens that tell their own position: token i is i + 1000. */
const positions = (N: number) => Int32Array.from({ length: N }, (_, i) => i + 1000);

describe('batches', () => {
  it('contain every prediction of the text exactly once in an epoch', () => {
    fc.assert(
      fc.property(sizes, ({ shards, rows, T, B, N }) => {
        const batches = createBatches({ tokens: positions(N), batchSize: B, sequenceLength: T, shards });
        const length = batches.sequenceLength;
        expect(length).toBe(Math.min(T, Math.ceil((N - 1) / B)));
        const { inputs, targets, weights } = window(shards, rows, length);
        const seen = new Uint8Array(N);
        let counted = 0;
        for (let w = 0; w < batches.windows; w++) {
          const here = batches.fill(w, inputs, targets, weights);
          expect(here).toBeGreaterThan(0);
          counted += here;
          let weightSum = 0;
          for (let s = 0; s < shards; s++) {
            for (let i = 0; i < length * rows; i++) {
              weightSum += weights[s]![i]!;
              if (weights[s]![i]! === 1) {
                expect(targets[s]![i]!).toBe(inputs[s]![i]! + 1);
                seen[inputs[s]![i]! - 1000]!++;
              } else {
                expect([weights[s]![i]!, inputs[s]![i]!, targets[s]![i]!]).toEqual([0, 0, 0]);
              }
            }
          }
          expect(weightSum).toBe(here);
          expect(batches.predictionsBefore(w + 1)).toBe(counted);
        }
        expect(counted).toBe(N - 1);
        expect(batches.predictions).toBe(N - 1);
        expect([...seen]).toEqual([...new Array(N - 1).fill(1), 0]);
      }),
    );
  });

  it('continue every row from window to window, in streams whose lengths differ by at most one', () => {
    fc.assert(
      fc.property(sizes, ({ shards, rows, T, B, N }) => {
        const batches = createBatches({ tokens: positions(N), batchSize: B, sequenceLength: T, shards });
        const { inputs, targets, weights } = window(shards, rows, T);
        const streams: number[][] = Array.from({ length: B }, () => []);
        for (let w = 0; w < batches.windows; w++) {
          batches.fill(w, inputs, targets, weights);
          for (let b = 0; b < B; b++) {
            const shard = Math.floor(b / rows);
            for (let t = 0; t < T; t++) {
              const i = t * rows + (b % rows);
              if (weights[shard]![i]! === 1) streams[b]!.push(inputs[shard]![i]! - 1000);
            }
          }
        }
        expect(streams.flat()).toEqual(Array.from({ length: N - 1 }, (_, i) => i));
        const lengths = streams.map((stream) => stream.length);
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
        expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
        expect(batches.windows).toBe(Math.ceil(lengths[0]! / T));
      }),
    );
  });

  it('are time-major, with the rows divided among shards in order', () => {
    // 9 predictions in 4 streams: 0-2, 3-4, 5-6, 7-8.
    const batches = createBatches({ tokens: positions(10), batchSize: 4, sequenceLength: 2, shards: 2 });
    const { inputs, targets, weights } = window(2, 2, 2);
    expect(batches.windows).toBe(2);
    expect(batches.fill(0, inputs, targets, weights)).toBe(8);
    expect(inputs.map((shard) => [...shard])).toEqual([
      [1000, 1003, 1001, 1004],
      [1005, 1007, 1006, 1008],
    ]);
    expect(batches.fill(1, inputs, targets, weights)).toBe(1);
    expect(inputs.map((shard) => [...shard])).toEqual([
      [1002, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(targets.map((shard) => [...shard])).toEqual([
      [1003, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(weights.map((shard) => [...shard])).toEqual([
      [1, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it('are the same from any window on, so that its number is the complete position', () => {
    const options = { tokens: positions(50), batchSize: 3, sequenceLength: 4 };
    const straight = createBatches(options);
    const a = window(1, 3, 4);
    for (let w = 0; w <= 3; w++) straight.fill(w, a.inputs, a.targets, a.weights);
    const b = window(1, 3, 4);
    createBatches(options).fill(3, b.inputs, b.targets, b.weights);
    expect(b).toEqual(a);
  });

  it('read a source only within a window, and never past its end', () => {
    const memory = memoryTokenSource(positions(101));
    const reads: [number, number][] = [];
    const source: TokenSource = {
      length: memory.length,
      read(start, target, count) {
        reads.push([start, count]);
        memory.read(start, target, count);
      },
    };
    const batches = createBatches({ tokens: source, batchSize: 2, sequenceLength: 30 });
    const { inputs, targets, weights } = window(1, 2, 30);
    batches.fill(1, inputs, targets, weights);
    expect(reads).toEqual([
      [30, 21],
      [80, 21],
    ]);
  });

  it('say where the state is reset: before the token that ends a document is read', () => {
    const ends = Uint8Array.from({ length: 12 }, (_, i) => Number(i === 2 || i === 6 || i === 11));
    const tokens = memoryTokenSource(positions(12), ends);
    const batches = createBatches({ tokens, batchSize: 2, sequenceLength: 4, shards: 2 });
    const { inputs, targets, weights } = window(2, 1, 4);
    const keeps = [new Float32Array(4).fill(9), new Float32Array(4).fill(9)];
    expect(batches.resets).toBe(true);
    batches.fill(0, inputs, targets, weights, keeps);
    expect(keeps.map((part) => [...part])).toEqual([
      [1, 1, 0, 1],
      [0, 1, 1, 1],
    ]);
    batches.fill(1, inputs, targets, weights, keeps);
    expect(keeps.map((part) => [...part])).toEqual([
      [1, 1, 1, 1],
      [1, 1, 1, 1],
    ]);
    expect(createBatches({ tokens: positions(12), batchSize: 2, sequenceLength: 4 }).resets).toBe(false);
  });

  it('refuse a text with fewer predictions than streams, and say what to change', () => {
    const create = (N: number) => () =>
      createBatches({ tokens: positions(N), batchSize: 20, sequenceLength: 5, name: 'the validation split' });
    expect(create(21)).not.toThrow();
    expect(create(20)).toThrow(
      'the validation split has 20 tokens, and at least 21 are needed for training.batchSize 20. ' +
        'Set training.batchSize to at most 19, or use more text.',
    );
    const inShards = (N: number) => () =>
      createBatches({ tokens: positions(N), batchSize: 20, sequenceLength: 5, shards: 4, name: 'the training split' });
    expect(inShards(20)).toThrow('Set training.batchSize to at most 16, or use more text.');
    expect(inShards(4)).toThrow('are needed for engine.shards 4. Set engine.shards to at most 3, or use more text.');
    expect(create(1)).toThrow(/has 1 token, .* Use more text\.$/);
    expect(create(0)).toThrow(expect.objectContaining({ kind: 'data' }));
  });

  it('refuse invalid sizes and windows', () => {
    expect(() => createBatches({ tokens: positions(50), batchSize: 4, sequenceLength: 5, shards: 3 })).toThrow(RangeError);
    expect(() => createBatches({ tokens: positions(50), batchSize: 4, sequenceLength: 0 })).toThrow(RangeError);
    const batches = createBatches({ tokens: positions(50), batchSize: 1, sequenceLength: 49 });
    const { inputs, targets, weights } = window(1, 1, 49);
    for (const w of [-1, 1, 0.5]) expect(() => batches.fill(w, inputs, targets, weights)).toThrow(RangeError);
  });
});
