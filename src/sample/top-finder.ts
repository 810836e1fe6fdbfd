import { type Candidates, createCandidates, precedes, refill } from './candidates.js';
import { keepTopK } from './top-k.js';

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
