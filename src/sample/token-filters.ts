import { countRange, type NumberRange } from '../foundation/arguments.js';
import { type Candidates, createCandidates, precedes, refill } from './candidates.js';
import { weigh } from './temperature.js';

/**
 * Keeps the shortest prefix of the candidates' ranking whose weights (`candidates.weights`) add up to at least `amount`, which is above 0;
 * all candidates, where they add up to less. Nothing is sorted: a weighted quickselect (Hoare 1961), O(V) on average.
 */
export function keepLikeliest(candidates: Candidates, amount: number): void {
  const { ids, logits, weights } = candidates;
  // Candidates before `low` are kept, those from `high` on are not; `needed` is the weight that those in between must contribute.
  let low = 0;
  let high = candidates.count;
  let needed = amount;
  while (high - low > 1) {
    const pivot = moveToEnd(ids, medianOfThree(candidates, low, high), high);
    let weight = 0;
    let boundary = low;
    for (let i = low; i < high - 1; i++) {
      const id = ids[i]!;
      if (!precedes(logits, id, pivot)) continue;
      weight += weights[id]!;
      ids[i] = ids[boundary]!;
      ids[boundary++] = id;
    }
    ids[high - 1] = ids[boundary]!;
    ids[boundary] = pivot;
    if (weight >= needed) {
      high = boundary;
    } else {
      low = boundary + 1;
      needed -= weight + weights[pivot]!;
      if (needed <= 0) high = low;
    }
  }
  candidates.count = high;
}

/** The position of the median of three candidates as the pivot: the selection is then fast for sorted and for equal values. */
function medianOfThree({ ids, logits }: Candidates, low: number, high: number): number {
  const middle = (low + high) >> 1;
  const last = high - 1;
  const first = precedes(logits, ids[low]!, ids[middle]!);
  if (first === precedes(logits, ids[middle]!, ids[last]!)) return middle;
  return first === precedes(logits, ids[low]!, ids[last]!) ? last : low;
}

function moveToEnd(ids: Int32Array, place: number, end: number): number {
  const id = ids[place]!;
  ids[place] = ids[end - 1]!;
  ids[end - 1] = id;
  return id;
}

/**
 * Top-k sampling (Fan, Lewis and Dauphin 2018): keeps the k most likely candidates; of equal ones those with lower ids. With k candidates
 * or fewer it has no effect.
 */
export function keepTopK(candidates: Candidates, k: number): void {
  if (k >= candidates.count) return;
  const { ids, weights, count } = candidates;
  for (let i = 0; i < count; i++) weights[ids[i]!] = 1;
  keepLikeliest(candidates, k);
}

/**
 * Min-p sampling (Nguyen et al. 2024): keeps the candidates whose probability, before the temperature, is at least p times that of the most
 * likely. With p = 0 it has no effect.
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

/**
 * Nucleus sampling, top-p (Holtzman et al. 2020): keeps the fewest most likely candidates whose share of the candidates' probability is at
 * least p, above 0. Probabilities are those before the temperature. With p = 1 it has no effect.
 */
export function keepNucleus(candidates: Candidates, p: number): void {
  if (p >= 1) return;
  keepLikeliest(candidates, p * weigh(candidates, 1));
}

/** A filter that removes unlikely tokens before one is drawn: one entry of the registry. */
export interface TokenFilter {
  /** The option in the library: `topK`. */
  readonly name: string;
  /** The flag of `sample`, and the setting of a conversation, without leading hyphens: `top-k`. */
  readonly flag: string;
  /** The description for the help. */
  readonly describe: string;
  /** The allowed values. */
  readonly range: NumberRange;
  /** Removes candidates, in place; at least one remains. */
  readonly keep: (candidates: Candidates, value: number) => void;
}

/**
 * The registry of filters, in the order of llama.cpp, in which they are applied, each to the result of the previous ones. A new filter is
 * its function above and its entry here.
 */
export const tokenFilters = [
  {
    name: 'topK',
    flag: 'top-k',
    describe: 'Draw from the K most probable tokens only',
    range: countRange,
    keep: keepTopK,
  },
  {
    name: 'topP',
    flag: 'top-p',
    describe: 'Draw from the most probable tokens that together have probability P',
    range: { above: 0, to: 1 },
    keep: keepNucleus,
  },
  {
    name: 'minP',
    flag: 'min-p',
    describe: 'Draw from tokens at least P times as probable as the most probable one',
    range: { from: 0, to: 1 },
    keep: keepMinP,
  },
] as const satisfies readonly TokenFilter[];

/** The flags of the filters. */
export type TokenFilterFlag = (typeof tokenFilters)[number]['flag'];

/** Values of the filters; a filter without a value has no effect. */
export type TokenFilterOptions = { readonly [Name in (typeof tokenFilters)[number]['name']]?: number | undefined };

/**
 * Returns a function that finds the `count` most likely tokens of the given logits, in descending order; of equal ones the lower id first.
 */
export function createTopFinder(logits: Float32Array, count: number): () => number[] {
  const candidates: Candidates = createCandidates(logits);
  return () => {
    refill(candidates);
    keepTopK(candidates, count);
    const ids = [...candidates.ids.subarray(0, candidates.count)];
    return ids.sort((a, b) => (precedes(logits, a, b) ? -1 : 1));
  };
}
