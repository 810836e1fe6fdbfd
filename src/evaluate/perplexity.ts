import { UserError } from '../errors.js';
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

export interface PerplexityOptions extends Omit<ScoringOptions, 'onWindow'> {
  /** Told after each window how many predictions are made; waited for, so that it may let other work have its turn. */
  onProgress?(done: number, total: number): void | Promise<void>;
}

/**
 * The exact perplexity of a text: one stream, the hidden state carried over all of it, every token but the first predicted once,
 * summed in float64.
 *
 * @throws UserError `data` for a text of less than two tokens, `model` when a prediction is not a number.
 */
export async function evaluatePerplexity({ onProgress, ...options }: PerplexityOptions): Promise<Perplexity> {
  const tokens = options.tokens.length - 1;
  if (tokens < 1)
    throw new UserError('data', `the text has ${tokens + 1} tokens, and there is nothing to predict with less than 2`);
  let nats = 0;
  await scoreTokens({
    ...options,
    onWindow(losses, start, count) {
      for (let i = 0; i < count; i++) nats += losses[i]!;
      return onProgress?.(start + count, tokens);
    },
  });
  if (!Number.isFinite(nats))
    throw new UserError('model', 'the model predicts what is not a number: its weights are too large to compute with');
  const natsPerToken = nats / tokens;
  return { nats, tokens, natsPerToken, perplexity: Math.exp(natsPerToken), bitsPerToken: natsPerToken / Math.LN2 };
}
