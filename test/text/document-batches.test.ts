import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Batches, batchesOfEpoch, memoryTokenSource } from '../../src/text/batches.js';
import { createDocumentBatches } from '../../src/text/document-batches.js';

/** The token that ends a document. Other tokens are positions in the text. */
const END = 1;

/** A text that begins with an end, of documents with so many tokens; without the last end if it is cut off. */
function textOf(sizes: readonly number[], isCut = false) {
  const ids = [END];
  for (const size of sizes) {
    for (let i = 0; i < size; i++) ids.push(1000 + ids.length);
    ids.push(END);
  }
  if (isCut) ids.pop();
  return memoryTokenSource(
    Int32Array.from(ids),
    Uint8Array.from(ids, (id) => (id === END ? 1 : 0)),
  );
}

interface Sizes {
  readonly batchSize: number;
  readonly shards: number;
}

/** The arrays of a window, whose contents must all be replaced. */
function windowOf(batches: Batches, window: number, { batchSize, shards }: Sizes) {
  const T = batches.lengthOf!(window);
  const rows = batchSize / shards;
  const parts = <A>(create: () => A) => Array.from({ length: shards }, create);
  const inputs = parts(() => new Int32Array(T * rows).fill(-7));
  const targets = parts(() => new Int32Array(T * rows).fill(-7));
  const weights = parts(() => new Float32Array(T * rows).fill(-7));
  const count = batches.fill(window, inputs, targets, weights);
  return { T, rows, inputs, targets, weights, count };
}

/** The documents that an epoch reads, as `input>target` pairs, in the order of their last windows. */
function readEpoch(batches: Batches, sizes: Sizes): string[] {
  const documents: string[] = [];
  let open: string[][] = [];
  let before = 0;
  const close = () => documents.push(...open.filter((row) => row.length > 0).map((row) => row.join(' ')));
  for (let window = 0; window < batches.windows; window++) {
    expect(batches.predictionsBefore(window)).toBe(before);
    if (batches.beginsSequences!(window)) {
      close();
      open = Array.from({ length: sizes.batchSize }, () => []);
    } else expect(window).toBeGreaterThan(0);
    const { T, rows, inputs, targets, weights, count } = windowOf(batches, window, sizes);
    let counted = 0;
    for (let b = 0; b < sizes.batchSize; b++) {
      const [shard, first] = [Math.floor(b / rows), b % rows];
      for (let t = 0, ended = false; t < T; t++) {
        const i = t * rows + first;
        const [input, target, weight] = [inputs[shard]![i]!, targets[shard]![i]!, weights[shard]![i]!];
        expect([0, 1]).toContain(weight);
        if (weight === 0) {
          expect([input, target]).toEqual([0, 0]);
          ended = true;
          continue;
        }
        // Masked predictions are only at the end of a row, and every row begins with the end of a document.
        expect(ended).toBe(false);
        if (open[b]!.length === 0) expect(input).toBe(END);
        open[b]!.push(`${input}>${target}`);
        counted++;
      }
    }
    expect(counted).toBe(count);
    expect(count).toBeGreaterThan(0);
    before += count;
  }
  close();
  expect(batches.predictionsBefore(batches.windows)).toBe(before);
  expect(batches.predictions).toBe(before);
  return documents;
}

/** The documents of a text in the same form, in order. */
function documentsOf(source: ReturnType<typeof textOf>): string[] {
  const ids = new Int32Array(source.length);
  source.read(0, ids, source.length);
  const documents: string[][] = [];
  for (let i = 0; i + 1 < ids.length; i++) {
    if (ids[i] === END) documents.push([]);
    documents.at(-1)!.push(`${ids[i]}>${ids[i + 1]}`);
  }
  return documents.map((pairs) => pairs.join(' '));
}

const cases = fc.record({
  sizes: fc.array(fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 40 })), { minLength: 1, maxLength: 50 }),
  isCut: fc.boolean(),
  shards: fc.integer({ min: 1, max: 2 }),
  rows: fc.integer({ min: 1, max: 4 }),
  sequenceLength: fc.integer({ min: 1, max: 20 }),
  buckets: fc.integer({ min: 1, max: 5 }),
  seed: fc.nat(1000),
  epoch: fc.integer({ min: 2, max: 50 }),
});

describe('an epoch of documents', () => {
  it('reads every document once, whole, from its beginning, in as many windows as any other epoch', () => {
    fc.assert(
      fc.property(cases, ({ sizes, isCut, shards, rows, sequenceLength, buckets, seed, epoch }) => {
        const tokens = textOf(sizes, isCut && sizes.at(-1)! > 0);
        const batchSize = shards * rows;
        const options = { tokens, batchSize, shards, sequenceLength, buckets, seed };
        const batches = createDocumentBatches(options);
        const expected = documentsOf(tokens).sort();
        for (const number of [1, epoch]) {
          const one = batchesOfEpoch(batches, number);
          expect(readEpoch(one, { batchSize, shards }).sort()).toEqual(expected);
          expect(one.windows).toBe(batches.windows);
          expect(one.predictions).toBe(tokens.length - 1);
          expect(one.meanPredictions).toBe((tokens.length - 1) / one.windows);
          expect(one.lengths!.length).toBeLessThanOrEqual(buckets);
          expect(one.lengths!.at(-1)).toBeLessThanOrEqual(sequenceLength);
        }
        const { seed: _, ...inOrder } = options;
        expect(readEpoch(createDocumentBatches(inOrder), { batchSize, shards }).sort()).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('is the same from any window on, whichever epochs were read before', () => {
    const options = { tokens: textOf([3, 9, 1, 30, 4, 4, 8, 2, 17, 5]), batchSize: 2, sequenceLength: 6, buckets: 2, seed: 4 };
    const sizes = { batchSize: 2, shards: 1 };
    const read = createDocumentBatches(options);
    const whole = [1, 2, 3].map((number) =>
      Array.from({ length: read.windows }, (_, window) => windowOf(read.epoch!(number), window, sizes)),
    );
    for (const number of [3, 1, 2]) {
      const resumed = createDocumentBatches(options).epoch!(number);
      for (let window = read.windows - 1; window >= 0; window--)
        expect(windowOf(resumed, window, sizes)).toEqual(whole[number - 1]![window]);
    }
  });

  it('has another order for another epoch and another seed', () => {
    const options = {
      tokens: textOf(Array.from({ length: 40 }, (_, i) => 1 + (i % 5))),
      batchSize: 4,
      sequenceLength: 9,
      buckets: 2,
    };
    const order = (seed: number, number: number) =>
      readEpoch(createDocumentBatches({ ...options, seed }).epoch!(number), { batchSize: 4, shards: 1 });
    expect(order(1, 2)).not.toEqual(order(1, 1));
    expect(order(2, 1)).not.toEqual(order(1, 1));
    expect(order(1, 2)).toEqual(order(1, 2));
  });

  it('puts documents of several windows together with those of as many', () => {
    const options = { tokens: textOf([19, 1, 9, 19, 9, 19, 9, 19, 9]), batchSize: 4, sequenceLength: 5, buckets: 1, seed: 1 };
    // Four documents of four windows, four of two, and a short one alone.
    expect(createDocumentBatches(options).windows).toBe(4 + 2 + 1);
  });
});

describe('a text without a prediction', () => {
  it('is refused', () => {
    const options = { tokens: textOf([]), batchSize: 4, sequenceLength: 5, buckets: 2, name: 'the training text' };
    expect(() => createDocumentBatches(options)).toThrow('the training text has no document with a token to predict');
    expect(() => createDocumentBatches({ ...options, shards: 3 })).toThrow(RangeError);
  });

  it('has no window beyond its last one', () => {
    const batches = createDocumentBatches({ tokens: textOf([3]), batchSize: 1, sequenceLength: 5, buckets: 2 });
    expect(() => batches.fill(1, [], [], [])).toThrow('window 1, where an epoch has 1');
  });
});
