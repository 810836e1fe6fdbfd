import { UserError } from '../foundation/errors.js';
import { type Batches, type BatchOptions, tokenOccurrences, tokenSource } from './batches.js';
import { bucketBounds } from './buckets.js';
import { epochRandom, shuffle } from './epoch-random.js';
import { findSequences, type Sequences } from './sequences.js';

export interface DocumentBatchOptions extends Omit<BatchOptions, 'sequenceLength'> {
  /** T: the longest window. A longer document takes several windows. */
  readonly sequenceLength: number;
  /** The most different window lengths. */
  readonly buckets: number;
  /** The seed of the orders of epochs. Default: documents and buckets are read in order. */
  readonly seed?: number;
  /** Whether documents are counted from the last one, so that a reversed text has the same documents in the same rows. Default false. */
  readonly countsFromEnd?: boolean;
}

/** The stream of the seed from which the orders of documents and batches are drawn. */
const DOCUMENTS = 5;

/**
 * The epochs of a text whose documents are independent sequences. Every epoch reads every document once, in the same number of windows.
 * Its order is a function of the seed and its number, so a checkpoint stores only epoch and window.
 *
 * Documents are distributed to buckets by length ({@link bucketBounds}). A batch has up to B documents of one bucket, each in a row of its
 * own, from its first token on, and takes as many windows as its longest document. A document that is shorter than its windows is followed
 * by predictions of weight 0, as are rows without a document.
 *
 * @throws UserError 'data' when the text has no predictions
 */
export function createDocumentBatches(options: DocumentBatchOptions): Batches {
  const { batchSize: B, sequenceLength, buckets, seed, countsFromEnd = false, shards: S = 1, name = 'the text' } = options;
  if (![B, sequenceLength, S].every((size) => Number.isSafeInteger(size) && size > 0) || B % S !== 0) {
    throw new RangeError(
      `batch of ${B} rows in ${S} shards, windows of ${sequenceLength}: positive sizes are needed, shards dividing rows`,
    );
  }
  const source = tokenSource(options.tokens);
  const sequences = countsFromEnd ? fromEnd(findSequences(source)) : findSequences(source);
  if (sequences.count === 0) throw new UserError('data', `${name} has no document with a token to predict. Use more text.`);
  const plan = createPlan(sequences, B, sequenceLength, buckets);
  const longest = plan.bounds.at(-1)!;
  const tokens = new Int32Array(longest + 1);
  const rows = B / S;

  const layOut = (number: number): Batches => {
    const { order, batchOf, offsets, lengths, before } = plan.epoch(seed, number);
    const windows = lengths.length;
    return {
      windows,
      sequenceLength: longest,
      lengths: plan.bounds,
      lengthOf: (window) => lengths[window]!,
      predictions: before[windows]!,
      predictionsBefore: (window) => before[window]!,
      meanPredictions: before[windows]! / windows,
      tokenCounts: (vocabularySize) => tokenOccurrences(source, vocabularySize),
      beginsSequences: (window) => offsets[window] === 0,
      fill(window, inputs, targets, weights) {
        if (!Number.isInteger(window) || window < 0 || window >= windows) {
          throw new RangeError(`window ${window}, where an epoch has ${windows}`);
        }
        const steps = lengths[window]!;
        const offset = offsets[window]!;
        const batch = batchOf[window]!;
        for (let b = 0; b < B; b++) {
          const document = order[batch * B + b]!;
          const count = document < 0 ? 0 : Math.max(0, Math.min(steps, sequences.lengthOf(document) - offset));
          if (count > 0) source.read(sequences.place(document) + offset, tokens, count + 1);
          const shard = Math.floor(b / rows);
          const [input, target, weight] = [inputs[shard]!, targets[shard]!, weights[shard]!];
          for (let t = 0, i = b % rows; t < steps; t++, i += rows) {
            const present = t < count;
            input[i] = present ? tokens[t]! : 0;
            target[i] = present ? tokens[t + 1]! : 0;
            weight[i] = present ? 1 : 0;
          }
        }
        return before[window + 1]! - before[window]!;
      },
    };
  };
  if (seed === undefined) return layOut(1);
  let current = 0;
  let batches: Batches | undefined;
  const epoch = (number: number) => {
    if (batches === undefined || number !== current) batches = layOut(number);
    current = number;
    return batches;
  };
  return { ...epoch(1), epoch };
}

/** The same sequences, counted from the last one. */
function fromEnd({ count, place, lengthOf }: Sequences): Sequences {
  return {
    count,
    place: (sequence) => place(count - 1 - sequence),
    lengthOf: (sequence) => lengthOf(count - 1 - sequence),
  };
}

/** The windows of an epoch. */
interface EpochPlan {
  /** The documents of each batch, [batches, B]; -1 for a row without one. */
  readonly order: Int32Array;
  /** For each window: its batch, its first step in the documents, and its length. */
  readonly batchOf: Int32Array;
  readonly offsets: Int32Array;
  readonly lengths: Int32Array;
  /** Predictions before each window, and in all windows. */
  readonly before: Float64Array;
}

function createPlan(sequences: Sequences, B: number, sequenceLength: number, buckets: number) {
  const { count, lengthOf } = sequences;
  /** The length of a document's first window. Some objectives compare two steps, so that a window has at least two. */
  const windowLength = (document: number) => Math.min(sequenceLength, Math.max(2, lengthOf(document)));
  function* windowLengths() {
    for (let document = 0; document < count; document++) yield windowLength(document);
  }
  const bounds = bucketBounds(windowLengths(), buckets, B);
  const longest = bounds.at(-1)!;
  const bucketOf = (document: number) => bounds.findIndex((bound) => windowLength(document) <= bound);
  const sizes = new Int32Array(bounds.length);
  for (let document = 0; document < count; document++) sizes[bucketOf(document)]!++;
  const batchCounts = Array.from(sizes, (size) => Math.ceil(size / B));
  const batchCount = batchCounts.reduce((sum, batches) => sum + batches, 0);

  /** The documents in the order of their batches, which are sorted by bucket. */
  function distribute(all: Int32Array): Int32Array {
    const order = new Int32Array(batchCount * B).fill(-1);
    let start = 0;
    const next = batchCounts.map((batches) => {
      const first = start;
      start += batches * B;
      return first;
    });
    for (const document of all) order[next[bucketOf(document)]!++] = document;
    // Documents of several windows are together with those of as many, so that the number of windows does not depend on the order.
    const last = order.subarray(start - batchCounts.at(-1)! * B, next.at(-1)!);
    const windowsOf = (document: number) => Math.ceil(lengthOf(document) / longest);
    if (last.some((document) => windowsOf(document) > 1))
      last.set(Array.from(last).sort((a, b) => windowsOf(b) - windowsOf(a)));
    return order;
  }

  return {
    bounds,
    epoch(seed: number | undefined, number: number): EpochPlan {
      const all = Int32Array.from({ length: count }, (_, document) => document);
      const batches = Int32Array.from({ length: batchCount }, (_, batch) => batch);
      if (seed !== undefined) {
        const random = epochRandom(seed, DOCUMENTS, number);
        shuffle(all, random);
        shuffle(batches, random);
      }
      const order = distribute(all);
      const bucketOfBatch = batchCounts.flatMap((size, bucket) => Array.from({ length: size }, () => bucket));
      const windows: { batch: number; offset: number; length: number; predictions: number }[] = [];
      for (const batch of batches) {
        const length = bounds[bucketOfBatch[batch]!]!;
        const lengths = Array.from(order.subarray(batch * B, (batch + 1) * B), (document) =>
          document < 0 ? 0 : lengthOf(document),
        );
        for (let offset = 0; offset < Math.max(...lengths); offset += length) {
          const predictions = lengths.reduce((sum, all) => sum + Math.max(0, Math.min(length, all - offset)), 0);
          windows.push({ batch, offset, length, predictions });
        }
      }
      const before = new Float64Array(windows.length + 1);
      windows.forEach(({ predictions }, i) => {
        before[i + 1] = before[i]! + predictions;
      });
      return {
        order,
        batchOf: Int32Array.from(windows, ({ batch }) => batch),
        offsets: Int32Array.from(windows, ({ offset }) => offset),
        lengths: Int32Array.from(windows, ({ length }) => length),
        before,
      };
    },
  };
}
