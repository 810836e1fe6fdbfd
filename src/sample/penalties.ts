import { checkNumber, countRange, type NumberRange } from '../foundation/arguments.js';

/** How earlier tokens are made less likely. An absent option changes nothing. */
export interface PenaltyOptions {
  /** Above 0; 1 changes nothing; larger values make earlier tokens less likely. */
  readonly repetitionPenalty?: number | undefined;
  /** Subtracted from a token's logit for each earlier occurrence, in nats. */
  readonly frequencyPenalty?: number | undefined;
  /** Subtracted once from the logit of each token that has occurred, in nats. */
  readonly presencePenalty?: number | undefined;
  /** How many of the latest tokens count, including those of the prompt; at least 1, default 64. */
  readonly penaltyWindow?: number | undefined;
}

/** The latest tokens of one text. Allocates nothing after it was created, except while its window grows. */
export interface Penalties {
  /** Adds a token to the window; the oldest token of a full window is removed. */
  see(id: number): void;
  /** Makes the tokens in the window less likely, in place: [V]. */
  apply(logits: Float32Array): void;
}

const DEFAULT_WINDOW = 64;

/** The largest number of float32. */
const LARGEST = 3.4028234663852886e38;

/** The range of each option. */
export const penaltyRanges = {
  repetitionPenalty: { above: 0, to: 1000 },
  frequencyPenalty: { from: -1000, to: 1000 },
  presencePenalty: { from: -1000, to: 1000 },
  penaltyWindow: countRange,
} as const satisfies Record<keyof PenaltyOptions, NumberRange>;

/**
 * The penalties of llama.cpp, in its order. Repetition (Keskar et al. 2019): a positive logit is divided by the penalty, another one is
 * multiplied by it, once for each different token in the window. Frequency and presence (as in OpenAI's interface): logit - count *
 * frequencyPenalty - presencePenalty.
 *
 * @returns undefined when no option changes anything
 * @throws UserError `usage` for an option out of its range
 */
export function createPenalties(vocabularySize: number, options: PenaltyOptions): Penalties | undefined {
  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0, penaltyWindow = DEFAULT_WINDOW } = options;
  checkNumber('repetitionPenalty', repetitionPenalty, penaltyRanges.repetitionPenalty);
  checkNumber('frequencyPenalty', frequencyPenalty, penaltyRanges.frequencyPenalty);
  checkNumber('presencePenalty', presencePenalty, penaltyRanges.presencePenalty);
  checkNumber('penaltyWindow', penaltyWindow, penaltyRanges.penaltyWindow);
  if (repetitionPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0) return undefined;

  const counts = new Int32Array(vocabularySize);
  let window = new Int32Array(Math.min(penaltyWindow, 256));
  /** Number of tokens so far; the latest is at (seen - 1) % penaltyWindow. */
  let seen = 0;

  return {
    see(id) {
      const place = seen++ % penaltyWindow;
      if (seen > penaltyWindow) counts[window[place]!]!--;
      else if (place === window.length) window = grown(window, penaltyWindow);
      window[place] = id;
      counts[id]!++;
    },
    apply(logits) {
      const first = Math.max(0, seen - penaltyWindow);
      for (let i = first; i < seen; i++) {
        const id = window[i % penaltyWindow]!;
        const count = counts[id]!;
        // A count below 0 marks a token that this loop has handled: it may occur several times in the window.
        if (count < 0) continue;
        counts[id] = -count;
        const logit = logits[id]!;
        const repeated = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty;
        const penalized = repeated - count * frequencyPenalty - presencePenalty;
        // A penalty near 0 makes logits large, but not infinite: only a broken model has infinite ones.
        logits[id] = logit < LARGEST ? Math.min(penalized, LARGEST) : penalized;
      }
      for (let i = first; i < seen; i++) {
        const id = window[i % penaltyWindow]!;
        if (counts[id]! < 0) counts[id] = -counts[id]!;
      }
    },
  };
}

/** A window may be as long as a whole text, so its memory grows with the text. */
function grown(window: Int32Array, limit: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.min(limit, 2 * window.length));
  larger.set(window);
  return larger;
}
