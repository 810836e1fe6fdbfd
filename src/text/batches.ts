import { checkKind, checkNumber, checkTokens } from '../foundation/arguments.js';
import { UserError } from '../foundation/errors.js';

/** Tokens that are read in pieces, so that they need not all stand in memory. */
export interface TokenSource {
  readonly length: number;
  /** Writes tokens `start` to `start + count` into `target`, from its index 0 on. */
  read(start: number, target: Int32Array, count: number): void;
  /** As `read`: 1 for a token that ends a document at which the state is reset, else 0. Absent when it is reset nowhere. */
  readDocumentEnds?(start: number, target: Uint8Array, count: number): void;
}

export interface BatchOptions {
  /** The text, N token ids. */
  tokens: Int32Array | TokenSource;
  /** B: streams that are read side by side. */
  batchSize: number;
  /** T: predictions of one stream in one window, the length of truncated back-propagation through time. Cut to the longest stream. */
  sequenceLength: number;
  /** S: parts of equal size that the batch's rows are dealt to, in order. Divides B. Default 1. */
  shards?: number;
  /** Names the text in errors. Default 'the text'. */
  name?: string;
}

/** How the streams of one epoch are read, where it is not from end to end in equal windows. */
export interface EpochLayout {
  /** The length of each window, in order; they add up to at least the longest stream, and all but the last to less. Default T each. */
  readonly lengths?: readonly number[];
  /** The pieces of a stream of so many predictions, in the order in which they are read; together they are the stream. Default one. */
  readonly pieces?: (stream: number, length: number) => readonly StreamPiece[];
}

/** Predictions `start` to `start + length` of a stream. */
export interface StreamPiece {
  readonly start: number;
  readonly length: number;
}

/** One epoch of a text as windows. It holds no position: the number of the next window is the whole cursor. */
export interface Batches {
  /**
   * Windows of one epoch. Window w continues window w - 1 in every row, so that the hidden state can be carried; where a stream is read in
   * pieces, it is also carried from the end of one to the beginning of the next.
   */
  readonly windows: number;
  /** T: what was asked for, or the length of the longest stream where that is less. */
  readonly sequenceLength: number;
  /** The lengths that windows have, each once; absent where all have T. */
  readonly lengths?: readonly number[];
  /** The length of a window; absent where all have T. */
  lengthOf?(window: number): number;
  /** The same text as it is read in an epoch, counted from 1; absent where all epochs are alike. It has as many windows. */
  epoch?(number: number): Batches;
  /** Predictions of one epoch, N - 1: the first token follows nothing and is only an input. */
  readonly predictions: number;
  /** Predictions in the windows before a window of the epoch; of the number of windows, those of the whole epoch. */
  predictionsBefore(window: number): number;
  /** Whether there are documents at whose ends the state is reset. */
  readonly resets?: boolean;
  /**
   * Writes one window. There is one array a shard in each list, of length T * (B/S), T being the window's own, time-major: row b of the shard at time t is
   * at index t * (B/S) + b. Targets are the tokens that follow the inputs. Where a row's text has ended, input and target are 0
   * and the weight is 0; everywhere else the weight is 1. All elements are written; nothing is allocated.
   *
   * `keeps`, where there are resets, is 0 where the state is to be forgotten before the input is read, which is at the token
   * that ends a document: so what is predicted after it, the next document, depends on nothing before. Elsewhere it is 1.
   *
   * @returns the predictions in this window: the sum of all weights.
   */
  fill(
    window: number,
    inputs: readonly Int32Array[],
    targets: readonly Int32Array[],
    weights: readonly Float32Array[],
    keeps?: readonly Float32Array[],
  ): number;
}

/** A text as it is read in an epoch, counted from 1. */
export function batchesOfEpoch(batches: Batches, epoch: number): Batches {
  return batches.epoch?.(epoch) ?? batches;
}

/**
 * Lays a text out for truncated back-propagation through time. Its N - 1 predictions are cut into B contiguous streams, row b
 * of the batch being the b-th of them, and each stream into windows of T. Every prediction is in exactly one window: the first
 * (N - 1) mod B streams are longer by one, and the last window of an epoch is partly empty instead of being dropped.
 *
 * @param layout how this epoch is read; default in order, in windows of T
 * @throws UserError 'data' when there are fewer predictions than streams.
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
  /** Where each window begins in a stream, and where the last one ends. */
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

/** Reads predictions of a stream, at most so many at once, into arrays of its own. */
function streamReader(source: TokenSource, most: number) {
  const tokens = new Int32Array(most + 1);
  const marks = new Uint8Array(most);
  const [inputs, targets, ends] = [new Int32Array(most), new Int32Array(most), new Uint8Array(most)];
  return {
    /** The tokens that are read, those that follow them, and 1 where a document ends. */
    inputs,
    targets,
    ends,
    /** Predictions `from` to `from + count` of the stream that begins at a token of the text, in the order of its pieces. */
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

/** Tokens that stand in memory as a source; `documentEnds` as {@link TokenSource.readDocumentEnds} writes them. */
export function memoryTokenSource(tokens: Int32Array, documentEnds?: Uint8Array): TokenSource {
  return {
    length: tokens.length,
    read(start, target, count) {
      // Not target.set(tokens.subarray(...)): that would allocate a view in every step.
      for (let i = 0; i < count; i++) target[i] = tokens[start + i]!;
    },
    ...(documentEnds && {
      readDocumentEnds(start, target, count) {
        for (let i = 0; i < count; i++) target[i] = documentEnds[start + i]!;
      },
    }),
  };
}

/** A text's tokens as a source, wherever they are. */
export function tokenSource(tokens: Int32Array | TokenSource): TokenSource {
  return tokens instanceof Int32Array ? memoryTokenSource(tokens) : tokens;
}

/**
 * A text's tokens as a source that gives no id which a model does not have: an embedding has no such row.
 * @throws UserError `usage` for what are no tokens, `data` for an id that is not in the vocabulary; also when it is read, where the tokens
 *   are a source
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

/** Where there are fewer predictions than shards, no batch size would do. */
function tooShort(name: string, length: number, batchSize: number, shards: number): UserError {
  const predictions = length - 1;
  const blamed = predictions < shards ? ['engine.shards', shards] : ['training.batchSize', batchSize];
  const needed = `${batchSize + 1} are needed for ${blamed.join(' ')}`;
  const largest = predictions < shards ? predictions : predictions - (predictions % shards);
  const remedy = length >= 2 ? `Set ${blamed[0]} to at most ${largest}, or use more text` : 'Use more text';
  return new UserError('data', `${name} has ${length} token${length === 1 ? '' : 's'}, and at least ${needed}. ${remedy}.`);
}
