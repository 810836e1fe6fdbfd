import type { Candidates } from './candidates.js';
import { keepLikeliest } from './keep-likeliest.js';
import { weigh } from './temperature.js';

/**
 * Nucleus sampling, top-p (Holtzman et al. 2020): keeps the fewest likeliest candidates whose share of the candidates' probability
 * is at least p, above 0. Probabilities are those before the temperature. With p = 1 it does nothing.
 */
export function keepNucleus(candidates: Candidates, p: number): void {
  if (p >= 1) return;
  keepLikeliest(candidates, p * weigh(candidates, 1));
}
