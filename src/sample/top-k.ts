import type { Candidates } from './candidates.js';
import { keepLikeliest } from './keep-likeliest.js';

/**
 * Top-k sampling (Fan, Lewis and Dauphin 2018): keeps the k likeliest candidates, of equals those of lower ids. With k candidates or
 * fewer it does nothing.
 */
export function keepTopK(candidates: Candidates, k: number): void {
  if (k >= candidates.count) return;
  const { ids, weights, count } = candidates;
  for (let i = 0; i < count; i++) weights[ids[i]!] = 1;
  keepLikeliest(candidates, k);
}
