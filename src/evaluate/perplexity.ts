import { UserError } from '../errors.js';
import type { Network } from '../model/window-programs.js';
import { FEWEST_PREDICTIONS, scoreStreams } from './score-streams.js';
import { type ScoringOptions, scoreTokens } from './score-tokens.js';

/** How well a model predicts a text. All figures follow from `nats` and `tokens`. */
export interface Perplexity {
  /** Negative log-probability of the whole text, given its first token. */
  readonly nats: number;
  /** Tokens predicted: all but the first, which follows nothing. */
  readonly tokens: number;
  readonly natsPerToken: number;
  /** exp(nats per token): among how many equally likely tokens the model was in doubt, on average. */
  readonly perplexity: number;
  /** nats per token / ln 2. */
  readonly bitsPerToken: number;
}

export interface PerplexityOptions extends Omit<ScoringOptions, 'onWindow' | 'state'> {
  /** Told now and then how many predictions are made; waited for, so that it may let other work have its turn. */
  onProgress?(done: number, total: number): void | Promise<void>;
}

/**
 * The exact perplexity of a text: one stream, the hidden state carried over all of it, every token but the first predicted once,
 * summed in float64. A long text is read at many places at once, with the same result up to rounding (`scoreStreams`), unless a
 * `sequenceLength` is given.
 *
 * @throws UserError `data` for a text of less than two tokens, `model` when a prediction is not a number.
 */
export async function evaluatePerplexity(options: PerplexityOptions): Promise<Perplexity> {
  return perplexityOf(await tokenLosses(options));
}

/**
 * The nats of each token of a text but the first: of N tokens, N - 1 losses, `losses[i]` being that of token i + 1. Four bytes a
 * token, for as long as the caller keeps them.
 *
 * @throws UserError as {@link evaluatePerplexity} does.
 */
export async function tokenLosses({ onProgress, ...options }: PerplexityOptions): Promise<Float32Array> {
  const predictions = predictionsOf(options.tokens);
  const all = new Float32Array(predictions);
  const take = (losses: Float32Array, start: number, count: number) => all.set(losses.subarray(0, count), start);
  // Streams that start without a memory find it again as they read on, which a reset would undo.
  const resets = 'readDocumentEnds' in options.tokens;
  const inOrder = options.sequenceLength !== undefined || resets || isCoarse(options.model);
  if (!inOrder && predictions >= FEWEST_PREDICTIONS) {
    await scoreStreams({ ...options, onWindow: take, onProgress: (done) => onProgress?.(done, predictions) });
  } else {
    await scoreTokens({
      ...options,
      onWindow(losses, start, count) {
        take(losses, start, count);
        return onProgress?.(start + count, predictions);
      },
    });
  }
  return finiteLosses(all);
}

/** Where numbers have few digits, a state does not come out the same again by another way. */
const isCoarse = (model: Network) => 'exported' in model && model.precision !== 'float32';

/** All tokens but the first. @throws UserError `data` when there are none. */
export function predictionsOf({ length }: { readonly length: number }): number {
  if (length < 2)
    throw new UserError(
      'data',
      `the text has ${length} token${length === 1 ? '' : 's'}, and there is nothing to predict with less than 2`,
    );
  return length - 1;
}

/** @throws UserError `model` when one is not a number. */
export function finiteLosses(losses: Float32Array): Float32Array {
  if (losses.every(Number.isFinite)) return losses;
  throw new UserError('model', 'the model predicts what is not a number: its weights are too large to compute with');
}

/** Sums losses in float64, from the first to the last. */
export function perplexityOf(losses: Float32Array): Perplexity {
  let nats = 0;
  for (let i = 0; i < losses.length; i++) nats += losses[i]!;
  return perplexityFrom(nats, losses.length);
}

/** @param nats of so many predicted tokens, at least one. */
export function perplexityFrom(nats: number, tokens: number): Perplexity {
  const natsPerToken = nats / tokens;
  return { nats, tokens, natsPerToken, perplexity: Math.exp(natsPerToken), bitsPerToken: natsPerToken / Math.LN2 };
}
