import { createRandom, type Random } from '../foundation/random.js';

/** Epochs after which random orders repeat, because streams are numbers below 2^53. */
const PERIOD = 1 << 20;
const TWO_32 = 4294967296;

/** The random numbers of one use in one epoch: a function of these numbers, so that a checkpoint need not store them. */
export function epochRandom(seed: number, use: number, epoch: number): Random {
  return createRandom(seed, use + TWO_32 * (epoch % PERIOD));
}

/** Fisher-Yates shuffle in place: every order is equally likely. */
export function shuffle<T>(items: { readonly length: number; [index: number]: T }, random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const item = items[i]!;
    items[i] = items[j]!;
    items[j] = item;
  }
}
