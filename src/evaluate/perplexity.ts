import { UserError } from '../foundation/errors.js';
import { architectureOf } from '../model/architecture.js';
import type { Network } from '../model/window-programs.js';
import type { TokenSource } from '../text/batches.js';
import { findSequences } from '../text/sequences.js';
import { areShort, scoreDocuments } from './score-documents.js';
import { FEWEST_PREDICTIONS, scoreStreams } from './score-streams.js';
import { type ScoringOptions, scoreTokens } from './score-tokens.js';

/** How well a model predicts a text. All figures follow from `nats` and `tokens`. */
export interface Perplexity {
  /** Negative log-probability of the whole text, given its first token. */
  readonly nats: number;
  /** Tokens predicted: all but the first, which has no token before it. */
  readonly tokens: number;
  readonly natsPerToken: number;
  /** exp(nats per token): the average number of equally likely tokens between which the model chooses. */
  readonly perplexity: number;
  /** nats per token / ln 2. */
  readonly bitsPerToken: number;
}

export interface PerplexityOptions extends Omit<ScoringOptions, 'onWindow' | 'state'> {
  /** Called from time to time with the number of predictions made; the evaluation waits for its promise, so that other tasks can run. */
  onProgress?(done: number, total: number): void | Promise<void>;
}

/** Takes the nats of tokens start + 1 to start + count, which are at the beginning of `losses`. The array is overwritten afterwards. */
export type OnLosses = (losses: Float32Array, start: number, count: number) => void;

/**
 * The exact perplexity of a text: one stream, with the hidden state carried over all of it; every token but the first is predicted once;
 * losses are summed in float64. A long text is read at many places at once, with the same result up to rounding (`scoreStreams`), unless a
 * `sequenceLength` is given. If the state is reset where documents end, each document is read from a zero state, many of them in parallel.
 *
 * @throws UserError `data` for a text of less than two tokens, `model` when a loss is not a number ({@link NonFiniteLossError})
 */
export async function evaluatePerplexity(options: PerplexityOptions): Promise<Perplexity> {
  let nats = 0;
  await scoreText(options, (losses, _, count) => {
    for (let i = 0; i < count; i++) nats += losses[i]!;
  });
  return perplexityFrom(nats, predictionsOf(options.tokens));
}

/**
 * The nats of each token of a text but the first: for N tokens N - 1 losses; `losses[i]` is that of token i + 1. The array takes four bytes
 * per token.
 *
 * @throws UserError `data` for a text of less than two tokens
 */
export async function collectLosses<T>(
  tokens: Int32Array | TokenSource,
  score: (onLosses: OnLosses) => Promise<T>,
): Promise<{ losses: Float32Array; result: T }> {
  const losses = new Float32Array(predictionsOf(tokens));
  const result = await score((next, start, count) => losses.set(next.subarray(0, count), start));
  return { losses, result };
}

/**
 * Reads a text as {@link evaluatePerplexity} does, and passes on the losses in order, in memory that does not grow with the text.
 *
 * @throws UserError as {@link evaluatePerplexity} does
 */
export async function scoreText({ onProgress, ...options }: PerplexityOptions, onLosses: OnLosses): Promise<void> {
  const predictions = predictionsOf(options.tokens);
  // Parallel streams need a run-up to find the right state, which a reset in between would make wrong.
  const source = options.tokens instanceof Int32Array ? undefined : options.tokens;
  const resets = source?.readDocumentEnds !== undefined;
  const inOrder = options.sequenceLength !== undefined || isCoarse(options.model);
  const take: OnLosses = (losses, start, count) => {
    checkFinite(losses, start, count, options.model);
    onLosses(losses, start, count);
  };
  const sequences = resets && !inOrder ? findSequences(source) : undefined;
  if (sequences && areShort(sequences)) {
    await scoreDocuments({
      ...options,
      sequences,
      onWindow(losses, start, count) {
        take(losses, start, count);
        return onProgress?.(start + count, predictions);
      },
    });
    return;
  }
  if (!inOrder && !resets && predictions >= FEWEST_PREDICTIONS) {
    await scoreStreams({ ...options, onWindow: take, onProgress: (done) => onProgress?.(done, predictions) });
    return;
  }
  await scoreTokens({
    ...options,
    onWindow(losses, start, count) {
      take(losses, start, count);
      return onProgress?.(start + count, predictions);
    },
  });
}

/** float16 and int8 cannot reproduce states within tolerance, so these models are scored sequentially. */
const isCoarse = (model: Network) => 'exported' in model && model.precision !== 'float32';

/** The number of predicted tokens: all but the first. @throws UserError `data` when there are none */
export function predictionsOf({ length }: { readonly length: number }, name = 'the text'): number {
  if (length < 2)
    throw new UserError(
      'data',
      `${name} has ${length} token${length === 1 ? '' : 's'}, and there is nothing to predict with less than 2`,
    );
  return length - 1;
}

/** From some token of a text on, the model's loss is not a number. */
export class NonFiniteLossError extends UserError {
  constructor(
    /** The first such token, counted from 0. */
    readonly token: number,
    /** Why, as the second half of a sentence. */
    readonly reason: string,
  ) {
    super('model', `the loss of the model is not a number at token ${token + 1} of the text: ${reason}`);
  }
}

/**
 * @param losses those of the tokens start + 1 to start + count
 * @throws NonFiniteLossError when one of them is not a number
 */
export function checkFinite(losses: Float32Array, start: number, count: number, { options }: Network): void {
  for (let i = 0; i < count; i++) {
    if (Number.isFinite(losses[i])) continue;
    const unbounded = architectureOf(options).layers.find(({ layer }) => layer.cell?.unbounded)?.layer.cell?.unbounded;
    const reason = unbounded
      ? `the state of ${unbounded.name} grows without bound, and is too large for float32 there`
      : 'its weights are too large to compute with';
    throw new NonFiniteLossError(start + 1 + i, reason);
  }
}

/** @param nats of so many predicted tokens, at least one. */
export function perplexityFrom(nats: number, tokens: number): Perplexity {
  const natsPerToken = nats / tokens;
  return { nats, tokens, natsPerToken, perplexity: Math.exp(natsPerToken), bitsPerToken: natsPerToken / Math.LN2 };
}
