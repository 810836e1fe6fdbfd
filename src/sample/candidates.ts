import { UserError } from '../foundation/errors.js';

/** The tokens that may come next. Filters remove candidates, but never the most likely one. Created once, refilled for every token. */
export interface Candidates {
  /** Log-probabilities up to a common addend, by token id, [V]. */
  readonly logits: Float32Array;
  /** Scratch memory of filters, by token id, [V]. */
  readonly weights: Float64Array;
  /** The first `count` are the ids of the candidates, in no particular order; the others have been removed. */
  readonly ids: Int32Array;
  count: number;
  /** The most likely candidate; of several, the one with the lowest id. */
  best: number;
}

/** Candidates of a model's output, which is read in place. */
export function createCandidates(logits: Float32Array): Candidates {
  return { logits, weights: new Float64Array(logits.length), ids: new Int32Array(logits.length), count: 0, best: 0 };
}

/**
 * Makes every token a candidate again.
 * @throws UserError `model` when a logit is NaN or +Infinity; -Infinity (probability 0) is allowed beside finite ones
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
    throw new UserError('model', 'the predictions of the model are not numbers: its weights are too large to compute with');
  }
  candidates.count = logits.length;
  candidates.best = best;
}

/**
 * Makes exactly these tokens candidates; there must be at least one.
 * @throws UserError `model` when the model gives all of them probability 0
 */
export function restrict(candidates: Candidates, allowed: Int32Array): void {
  const { logits, ids } = candidates;
  ids.set(allowed);
  candidates.count = allowed.length;
  candidates.best = allowed[0]!;
  for (let i = 1; i < allowed.length; i++) if (precedes(logits, allowed[i]!, candidates.best)) candidates.best = allowed[i]!;
  if (logits[candidates.best] === Number.NEGATIVE_INFINITY)
    throw new UserError('model', 'the model gives the probability 0 to every token that is allowed here');
}

/** Removes one token, if it is a candidate and not the only one. */
export function exclude(candidates: Candidates, id: number): void {
  const { logits, ids } = candidates;
  const place = ids.subarray(0, candidates.count).indexOf(id);
  if (place < 0 || candidates.count === 1) return;
  ids[place] = ids[--candidates.count]!;
  if (candidates.best !== id) return;
  candidates.best = ids[0]!;
  for (let i = 1; i < candidates.count; i++) if (precedes(logits, ids[i]!, candidates.best)) candidates.best = ids[i]!;
}

/** Whether token `a` ranks before token `b`: the more likely first; of equal ones the lower id. */
export function precedes(logits: Float32Array, a: number, b: number): boolean {
  const difference = logits[a]! - logits[b]!;
  return difference > 0 || (difference === 0 && a < b);
}
