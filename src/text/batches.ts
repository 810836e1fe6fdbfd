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

/** One epoch of a text as windows. It holds no position: the number of the next window is the whole cursor. */
export interface Batches {
  /** Windows of one epoch. Window w continues window w - 1 in every row, so that the hidden state can be carried. */
  readonly windows: number;
  /** T: what was asked for, or the length of the longest stream where that is less. */
  readonly sequenceLength: number;
  /** Predictions of one epoch, N - 1: the first token follows nothing and is only an input. */
  readonly predictions: number;
  /** Predictions in the windows before a window of the epoch; of the number of windows, those of the whole epoch. */
  predictionsBefore(window: number): number;
  /** Whether there are documents at whose ends the state is reset. */
  readonly resets?: boolean;
  /**
   * Writes one window. There is one array a shard in each list, of length T * (B/S), time-major: row b of the shard at time t is
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

/**
 * Lays a text out for truncated back-propagation through time. Its N - 1 predictions are cut into B contiguous streams, row b
 * of the batch being the b-th of them, and each stream into windows of T. Every prediction is in exactly one window: the first
 * (N - 1) mod B streams are longer by one, and the last window of an epoch is partly empty instead of being dropped.
 *
 * @throws UserError 'data' when there are fewer predictions than streams.
 */
export function createBatches(options: BatchOptions): Batches {
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
  const windows = Math.ceil(longest / T);
  const row = new Int32Array(T + 1);
  const ends = new Uint8Array(T);

  return {
    windows,
    sequenceLength: T,
    predictions,
    predictionsBefore: (window) => (B - longer) * Math.min(window * T, shortest) + longer * Math.min(window * T, shortest + 1),
    resets: source.readDocumentEnds !== undefined,
    fill(window, inputs, targets, weights, keeps) {
      if (!Number.isInteger(window) || window < 0 || window >= windows) {
        throw new RangeError(`window ${window}, where an epoch has ${windows}`);
      }
      let counted = 0;
      for (let b = 0; b < B; b++) {
        const start = b * shortest + Math.min(b, longer) + window * T;
        const left = shortest + (b < longer ? 1 : 0) - window * T;
        const count = Math.max(0, Math.min(T, left));
        if (count > 0) source.read(start, row, count + 1);
        if (count > 0 && keeps) source.readDocumentEnds?.(start, ends, count);
        const shard = Math.floor(b / rows);
        const input = inputs[shard]!;
        const target = targets[shard]!;
        const weight = weights[shard]!;
        const keep = keeps?.[shard];
        for (let t = 0, i = b % rows; t < T; t++, i += rows) {
          const present = t < count;
          input[i] = present ? row[t]! : 0;
          target[i] = present ? row[t + 1]! : 0;
          weight[i] = present ? 1 : 0;
          if (keep) keep[i] = present && ends[t] === 1 ? 0 : 1;
        }
        counted += count;
      }
      return counted;
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
