import type { Candidates } from './candidates.js';

/**
 * Min-p sampling (Nguyen et al. 2024): keeps the candidates that are at least p times as probable as the likeliest, before the
 * temperature. With p = 0 it does nothing.
 */
export function keepMinP(candidates: Candidates, p: number): void {
  if (p <= 0) return;
  const { ids, logits } = candidates;
  const threshold = logits[candidates.best]! + Math.log(p);
  let kept = 0;
  for (let i = 0; i < candidates.count; i++) {
    const id = ids[i]!;
    if (logits[id]! >= threshold) ids[kept++] = id;
  }
  candidates.count = kept;
}
