import { type Candidates, createCandidates, precedes, refill } from './candidates.js';
import { keepTopK } from './top-k.js';

/** log(sum over the vocabulary of exp(logit)): a token's log-probability, in nats, is its logit minus this. */
export function logNormalizer(logits: Float32Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) if (logits[id]! > largest) largest = logits[id]!;
  let sum = 0;
  for (let id = 0; id < logits.length; id++) sum += Math.exp(logits[id]! - largest);
  return largest + Math.log(sum);
}

/** Finds the `count` likeliest tokens of the logits that it was made for, the likeliest first; of equals, the lower id. */
export function createTopFinder(logits: Float32Array, count: number): () => number[] {
  const candidates: Candidates = createCandidates(logits);
  return () => {
    refill(candidates);
    keepTopK(candidates, count);
    const ids = [...candidates.ids.subarray(0, candidates.count)];
    return ids.sort((a, b) => (precedes(logits, a, b) ? -1 : 1));
  };
}
