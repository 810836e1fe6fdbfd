import { type Candidates, precedes } from './candidates.js';

/**
 * Keeps the shortest beginning of the candidates' ranking whose weights (`candidates.weights`) add up to at least `amount`, which is
 * above 0; all, where they add up to less. Nothing is sorted: a weighted quickselect (Hoare 1961), O(V) on average.
 */
export function keepLikeliest(candidates: Candidates, amount: number): void {
  const { ids, logits, weights } = candidates;
  // Before `low` all are kept, from `high` on none; `needed` is what those between them have to add.
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

/** Place of the middle one of three candidates: neither a sorted nor an equal distribution makes the selection slow. */
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
