import { UserError } from '../errors.js';

/** The tokens that may come next. Filters take from it, and always leave the likeliest. Made once, refilled for every token. */
export interface Candidates {
  /** Log-probabilities up to a common addend, by token id, [V]. */
  readonly logits: Float32Array;
  /** Scratch for whoever looks at the candidates, by token id, [V]. */
  readonly weights: Float64Array;
  /** Ids of the candidates are the first `count`, in no particular order; what follows has been taken out. */
  readonly ids: Int32Array;
  count: number;
  /** The likeliest candidate; of several, the one of the lowest id. */
  best: number;
}

/** Candidates over a model's output, which they read in place. */
export function createCandidates(logits: Float32Array): Candidates {
  return { logits, weights: new Float64Array(logits.length), ids: new Int32Array(logits.length), count: 0, best: 0 };
}

/**
 * Makes every token a candidate again.
 * @throws UserError `model` when a logit is NaN or +Infinity; -Infinity (never) is allowed beside finite ones.
 */
export function refill(candidates: Candidates): void {
  const { logits, ids } = candidates;
  let best = 0;
  let orderly = true;
  for (let id = 0; id < logits.length; id++) {
    ids[id] = id;
    const logit = logits[id]!;
    if (logit > logits[best]!) best = id;
    orderly &&= logit < Number.POSITIVE_INFINITY;
  }
  if (!orderly || logits[best] === Number.NEGATIVE_INFINITY) {
    throw new UserError('model', 'the model predicts what is not a number: its weights are too large to compute with');
  }
  candidates.count = logits.length;
  candidates.best = best;
}

/** Whether token `a` is before token `b` in the ranking: the likelier first, of equals the lower id. */
export function precedes(logits: Float32Array, a: number, b: number): boolean {
  const difference = logits[a]! - logits[b]!;
  return difference > 0 || (difference === 0 && a < b);
}
