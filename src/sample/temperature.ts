import type { Random } from '../foundation/random.js';
import type { Candidates } from './candidates.js';

/**
 * Sets each candidate's weight to exp(logit / temperature) up to a common factor: the most likely has weight 1, so that nothing overflows.
 * @returns the sum of the weights, at least 1
 */
export function weigh({ logits, weights, ids, count, best }: Candidates, temperature: number): number {
  const largest = logits[best]!;
  let total = 0;
  for (let i = 0; i < count; i++) {
    const id = ids[i]!;
    const weight = Math.exp((logits[id]! - largest) / temperature);
    weights[id] = weight;
    total += weight;
  }
  return total;
}

/**
 * Draws a candidate with probability proportional to exp(logit / temperature) (Ackley, Hinton and Sejnowski 1985). Temperature 1 is the
 * model's own distribution; 0, its limit, chooses the most likely candidate (of equal ones the lowest id) and draws no random number.
 *
 * @returns the id of the token
 */
export function drawAtTemperature(candidates: Candidates, temperature: number, random: Random): number {
  const { weights, ids, count, best } = candidates;
  if (temperature === 0) return best;
  let rest = random.uniform() * weigh(candidates, temperature);
  for (let i = 0; i < count; i++) {
    rest -= weights[ids[i]!]!;
    if (rest < 0) return ids[i]!;
  }
  // Rounding can leave a small rest of the sum; the most likely candidate gets it.
  return best;
}
