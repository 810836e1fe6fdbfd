import { checkKind, checkNumber, checkTokens } from '../foundation/arguments.js';
import { UserError } from '../foundation/errors.js';

/** Tokens that are read in pieces, so that they need not all be in memory. */
export interface TokenSource {
  readonly length: number;
  /** Writes tokens `start` to `start + count` (exclusive) to `target`, from its index 0 on. */
  read(start: number, target: Int32Array, count: number): void;
  /** Like `read`: 1 for a token that ends a document and resets the state, else 0. Absent if the state is never reset. */
  readDocumentEnds?(start: number, target: Uint8Array, count: number): void;
}

export interface BatchOptions {
  /** The text, N token ids. */
  tokens: Int32Array | TokenSource;
  /** B: the number of streams. */
  batchSize: number;
  /** T: predictions of one stream in one window, the length of truncated back-propagation through time. At most the longest stream. */
  sequenceLength: number;
  /** S: the number of equal parts into which the batch's rows are divided, in order. Divides B. Default 1. */
  shards?: number;
  /** The name of the text in errors. Default 'the text'. */
  name?: string;
}

/** How the streams of one epoch are read, if not in order in equal windows. */
export interface EpochLayout {
  /**
   * The length of each window, in order. Their sum is at least the longest stream, and the sum without the last one is less. Default T
   * each.
   */
  readonly lengths?: readonly number[];
  /** The pieces of a stream of so many predictions, in reading order; together they are the stream. Default: one piece. */
  readonly pieces?: (stream: number, length: number) => readonly StreamPiece[];
}

/** Predictions `start` to `start + length` of a stream. */
export interface StreamPiece {
  readonly start: number;
  readonly length: number;
}

/** One epoch of a text as windows. It has no state: the number of the next window is the complete position. */
export interface Batches {
  /**
   * Number of windows in one epoch. Window w continues window w - 1 in every row, so that the hidden state can be carried. Where a stream
   * is read in pieces, the state is also carried from the end of a piece to the beginning of the next.
   */
  readonly windows: number;
  /** T: the requested length, or that of the longest stream if it is shorter. */
  readonly sequenceLength: number;
  /** The different lengths of windows; absent if all have length T. */
  readonly lengths?: readonly number[];
  /** The length of a window; absent if all have length T. */
  lengthOf?(window: number): number;
  /** The batches of an epoch, counted from 1; absent if all epochs are equal. All epochs have the same number of windows. */
  epoch?(number: number): Batches;
  /** The same text from its end, for the backward stack of a bidirectional model: as many predictions in each window. */
  readonly reversed?: Batches;
  /** Predictions of one epoch, N - 1: the first token is only an input. */
  readonly predictions: number;
  /** Predictions in the windows before a window of the epoch; for the number of windows, those of the whole epoch. */
  predictionsBefore(window: number): number;
  /** Whether there are documents that reset the state at their ends. */
  readonly resets?: boolean;
  /** The occurrences of each token in the whole text, which is read once. @param vocabularySize above every id of the text */
  tokenCounts(vocabularySize: number): Float64Array;
  /** Whether the state of all rows is zero before this window, which does not continue the window before it. Absent: the first one only. */
  beginsSequences?(window: number): boolean;
  /** The mean of the predictions of a window, where windows differ so much that each step needs a learning rate of its own. */
  readonly meanPredictions?: number;
  /**
   * Writes one window. Each list has one array per shard, of length T * (B/S), where T is the window's own length, time-major: row b of the
   * shard at time t is at index t * (B/S) + b. Targets are the tokens that follow the inputs. After the end of a row's text, input, target
   * and weight are 0; elsewhere the weight is 1. All elements are written; nothing is allocated.
   *
   * `keeps`, if there are resets, is 0 where the state must be reset before the input is read, that is, at the token that ends a document.
   * Predictions after it, of the next document, then depend on nothing before it. Elsewhere it is 1.
   *
   * @returns the number of predictions in this window: the sum of all weights
   */
  fill(
    window: number,
    inputs: readonly Int32Array[],
    targets: readonly Int32Array[],
    weights: readonly Float32Array[],
    keeps?: readonly Float32Array[],
  ): number;
}

/** The batches of an epoch, counted from 1. */
export function batchesOfEpoch(batches: Batches, epoch: number): Batches {
  return batches.epoch?.(epoch) ?? batches;
}

/**
 * Lays a text out for truncated back-propagation through time. Its N - 1 predictions are divided into B contiguous streams, of which row b
 * of the batch is the b-th, and each stream into windows of T. Every prediction is in exactly one window: the first (N - 1) mod B streams
 * are longer by one, and the last window of an epoch is partly empty instead of being dropped.
 *
 * @param layout how this epoch is read; default in order, in windows of T
 * @throws UserError 'data' when there are fewer predictions than streams
 */
export function createBatches(options: BatchOptions, layout: EpochLayout = {}): Batches {
  const { batchSize: B, sequenceLength, shards: S = 1, name = 'the text' } = options;
  if (![B, sequenceLength, S].every((size) => Number.isSafeInteger(size) && size > 0) || B % S !== 0) {
    throw new RangeError(
      `batch of ${B} rows in ${S} shards, windows of ${sequenceLength}: positive sizes are needed, shards dividing rows`,
    );
  }
  const source = tokenSource(options.tokens);
  const predictions = Math.max(0, source.length - 1);
  if (predictions < B) throw tooShort(name, source.length, B, S);

  const rows = B / S;
  const shortest = Math.floor(predictions / B);
  const longer = predictions % B;
  const longest = shortest + (longer > 0 ? 1 : 0);
  const T = Math.min(sequenceLength, longest);
  const lengths = layout.lengths ?? Array.from({ length: Math.ceil(longest / T) }, () => T);
  const windows = lengths.length;
  /** The beginning of each window in a stream, and the end of the last one. */
  const starts = [0];
  for (const length of lengths) starts.push(starts.at(-1)! + length);
  const most = Math.max(...lengths);
  const read = streamReader(source, most);
  const pieces = Array.from({ length: B }, (_, b) => {
    const length = shortest + (b < longer ? 1 : 0);
    return layout.pieces?.(b, length) ?? [{ start: 0, length }];
  });
  const { inputs: row, targets: next, ends } = read;

  return {
    windows,
    sequenceLength: T,
    ...(layout.lengths && {
      lengths: [...new Set(lengths)].toSorted((one, other) => one - other),
      lengthOf: (window: number) => lengths[window]!,
    }),
    predictions,
    predictionsBefore(window) {
      const position = starts[window]!;
      return (B - longer) * Math.min(position, shortest) + longer * Math.min(position, shortest + 1);
    },
    resets: source.readDocumentEnds !== undefined,
    tokenCounts: (vocabularySize) => tokenOccurrences(source, vocabularySize),
    fill(window, inputs, targets, weights, keeps) {
      if (!Number.isInteger(window) || window < 0 || window >= windows) {
        throw new RangeError(`window ${window}, where an epoch has ${windows}`);
      }
      const steps = lengths[window]!;
      let counted = 0;
      for (let b = 0; b < B; b++) {
        const left = shortest + (b < longer ? 1 : 0) - starts[window]!;
        const count = Math.max(0, Math.min(steps, left));
        read.predictions(b * shortest + Math.min(b, longer), pieces[b]!, starts[window]!, count, keeps !== undefined);
        const shard = Math.floor(b / rows);
        const input = inputs[shard]!;
        const target = targets[shard]!;
        const weight = weights[shard]!;
        const keep = keeps?.[shard];
        for (let t = 0, i = b % rows; t < steps; t++, i += rows) {
          const present = t < count;
          input[i] = present ? row[t]! : 0;
          target[i] = present ? next[t]! : 0;
          weight[i] = present ? 1 : 0;
          if (keep) keep[i] = present && ends[t] === 1 ? 0 : 1;
        }
        counted += count;
      }
      return counted;
    },
  };
}

/** Tokens that are read at once while counting. */
const PIECE = 1 << 16;

/** The occurrences of each token in a text. */
export function tokenOccurrences(source: TokenSource, vocabularySize: number): Float64Array {
  const counts = new Float64Array(vocabularySize);
  const piece = new Int32Array(PIECE);
  for (let start = 0; start < source.length; start += PIECE) {
    const count = Math.min(PIECE, source.length - start);
    source.read(start, piece, count);
    for (let i = 0; i < count; i++) counts[piece[i]!]!++;
  }
  return counts;
}

/** Reads predictions of a stream, at most `most` at once, into its own arrays. */
function streamReader(source: TokenSource, most: number) {
  const tokens = new Int32Array(most + 1);
  const marks = new Uint8Array(most);
  const [inputs, targets, ends] = [new Int32Array(most), new Int32Array(most), new Uint8Array(most)];
  return {
    /** The input tokens, the tokens that follow them, and 1 where a document ends. */
    inputs,
    targets,
    ends,
    /** Reads predictions `from` to `from + count` of the stream that begins at a token of the text, in the order of its pieces. */
    predictions(stream: number, pieces: readonly StreamPiece[], from: number, count: number, withEnds: boolean): void {
      let done = 0;
      let before = 0;
      for (let i = 0; i < pieces.length; i++) {
        const { start, length } = pieces[i]!;
        const skipped = from + done - before;
        const taken = Math.min(length - skipped, count - done);
        before += length;
        if (taken <= 0) continue;
        const place = stream + start + skipped;
        source.read(place, tokens, taken + 1);
        if (withEnds) source.readDocumentEnds?.(place, marks, taken);
        for (let t = 0; t < taken; t++, done++) {
          inputs[done] = tokens[t]!;
          targets[done] = tokens[t + 1]!;
          ends[done] = marks[t]!;
        }
      }
    },
  };
}

/** Tokens in memory as a source; `documentEnds` as {@link TokenSource.readDocumentEnds} writes them. */
export function memoryTokenSource(tokens: Int32Array, documentEnds?: Uint8Array): TokenSource {
  return {
    length: tokens.length,
    read(start, target, count) {
      // Not target.set(tokens.subarray(...)), which would allocate a view in every step.
      for (let i = 0; i < count; i++) target[i] = tokens[start + i]!;
    },
    ...(documentEnds && {
      readDocumentEnds(start, target, count) {
        for (let i = 0; i < count; i++) target[i] = documentEnds[start + i]!;
      },
    }),
  };
}

/** A text's tokens as a source. */
export function tokenSource(tokens: Int32Array | TokenSource): TokenSource {
  return tokens instanceof Int32Array ? memoryTokenSource(tokens) : tokens;
}

/**
 * A source that refuses ids outside the vocabulary, for which the embedding has no row.
 * @throws UserError `usage` for values that are not tokens, `data` for an id that is not in the vocabulary; for a source, when it is read
 */
export function checkedTokenSource(tokens: Int32Array | TokenSource, vocabularySize: number): TokenSource {
  if (tokens instanceof Int32Array) {
    checkTokens('the text', tokens, vocabularySize);
    return memoryTokenSource(tokens);
  }
  checkKind('the tokens', tokens, 'object');
  checkKind('read of the tokens', tokens.read, 'function');
  checkNumber('the length of the tokens', tokens.length, { from: 0, whole: true });
  return {
    length: tokens.length,
    read(start, target, count) {
      tokens.read(start, target, count);
      checkTokens('the text', target.subarray(0, count), vocabularySize);
    },
    ...(tokens.readDocumentEnds && { readDocumentEnds: tokens.readDocumentEnds.bind(tokens) }),
  };
}

/** If there are fewer predictions than shards, no batch size is possible. */
function tooShort(name: string, length: number, batchSize: number, shards: number): UserError {
  const predictions = length - 1;
  const blamed = predictions < shards ? ['engine.shards', shards] : ['training.batchSize', batchSize];
  const needed = `${batchSize + 1} are needed for ${blamed.join(' ')}`;
  const largest = predictions < shards ? predictions : predictions - (predictions % shards);
  const remedy = length >= 2 ? `Set ${blamed[0]} to at most ${largest}, or use more text` : 'Use more text';
  return new UserError('data', `${name} has ${length} token${length === 1 ? '' : 's'}, and at least ${needed}. ${remedy}.`);
}
