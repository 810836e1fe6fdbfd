import { eachToken } from '../../evaluate/each-token.js';
import { checkedTokenSource, type TokenSource } from '../../text/batches.js';
import { binLosses, type LossBin, powersOfTwo } from './loss-bins.js';

/** The losses of a text, as `collectLosses` returns them. */
export interface TextLosses {
  /** N token ids, in the order in which the model reads them: N - 1 are predicted. */
  readonly tokens: Int32Array | TokenSource;
  /** [N - 1]: nats of each token but the first. */
  readonly losses: Float32Array;
}

interface FrequencyOptions extends TextLosses {
  /** [V]: the occurrences of each token in the training text; see `tokenOccurrences`. */
  readonly counts: ArrayLike<number>;
}

/**
 * The loss by the number of occurrences of the predicted token in the training text, in bins 0 (never seen), 1, 2 to 3, 4 to 7, and so on.
 * Rare tokens have few updates of their row of the embedding and of the output matrix.
 *
 * @throws UserError `data` for a token that has no count
 */
export function lossByFrequency({ tokens, losses, counts }: FrequencyOptions): LossBin[] {
  return binLosses(losses, frequencies(checkedTokenSource(tokens, counts.length), counts), powersOfTwo);
}

function* frequencies(tokens: TokenSource, counts: ArrayLike<number>): Generator<number, void, undefined> {
  let first = true;
  for (const token of eachToken(tokens)) {
    if (!first) yield counts[token]!;
    first = false;
  }
}
