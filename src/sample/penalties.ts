import { checkNumber, countRange, type NumberRange } from '../foundation/arguments.js';

/** How tokens that have come already are made less likely. What is absent changes nothing. */
export interface PenaltyOptions {
  /** Above 0; 1 changes nothing, more makes what has come less likely. */
  readonly repetitionPenalty?: number | undefined;
  /** Taken from a token's logit for each time that it has come: nats. */
  readonly frequencyPenalty?: number | undefined;
  /** Taken once from the logit of each token that has come: nats. */
  readonly presencePenalty?: number | undefined;
  /** How many of the latest tokens are looked at, those of the prompt among them, at least 1; default 64. */
  readonly penaltyWindow?: number | undefined;
}

/** What is remembered of the latest tokens of one text. Allocates nothing after it was made. */
export interface Penalties {
  /** A token has come: it enters the window, and the one that it displaces leaves. */
  see(id: number): void;
  /** Makes the tokens in the window less likely, in place: [V]. */
  apply(logits: Float32Array): void;
}

const DEFAULT_WINDOW = 64;

/** What each of the options may be. */
export const penaltyRanges = {
  repetitionPenalty: { above: 0, to: 1000 },
  frequencyPenalty: { from: -1000, to: 1000 },
  presencePenalty: { from: -1000, to: 1000 },
  penaltyWindow: countRange,
} as const satisfies Record<keyof PenaltyOptions, NumberRange>;

/**
 * The penalties of llama.cpp, in its order. Repetition (Keskar et al. 2019): a positive logit is divided by the penalty, one that is
 * not is multiplied with it, once for each token that is in the window. Frequency and presence (as OpenAI's interface has
 * them): logit - count * frequencyPenalty - presencePenalty.
 *
 * @returns undefined when no option changes anything.
 * @throws UserError `usage` for an option out of its range.
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
  /** Tokens seen so far; the latest is at (seen - 1) % penaltyWindow. */
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
        // A count below 0 marks a token that this loop has been at: it may stand in the window several times.
        if (count < 0) continue;
        counts[id] = -count;
        const logit = logits[id]!;
        const repeated = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty;
        logits[id] = repeated - count * frequencyPenalty - presencePenalty;
      }
      for (let i = first; i < seen; i++) {
        const id = window[i % penaltyWindow]!;
        if (counts[id]! < 0) counts[id] = -counts[id]!;
      }
    },
  };
}

/** Windows may be as long as all of a text; memory is taken as the text grows. */
function grown(window: Int32Array, limit: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.min(limit, 2 * window.length));
  larger.set(window);
  return larger;
}
