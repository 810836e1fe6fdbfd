/** The most different lengths that bounds are chosen from. */
const MOST_LENGTHS = 512;

/**
 * Bucket bounds for sequences that are read in batches of B rows: a sequence is in the first bucket whose bound is not below its length,
 * and takes as many steps as the bound. The bounds are those with which the batches, including incomplete ones, have the fewest steps. They
 * are found by dynamic programming over the different lengths; where there are more than 512, bounds are evenly chosen ones of them.
 *
 * @param lengths of all sequences
 * @returns at most `most` bounds in ascending order; the last one is the greatest length
 */
export function bucketBounds(lengths: Iterable<number>, most: number, batchSize: number): number[] {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  const all = [...counts.keys()].sort((a, b) => a - b);
  const candidates = evenly(all, MOST_LENGTHS);
  const n = candidates.length;
  /** The number of sequences up to each candidate. */
  const upTo: number[] = [];
  for (let i = 0, j = 0, sum = 0; i < n; i++) {
    for (; j < all.length && all[j]! <= candidates[i]!; j++) sum += counts.get(all[j]!)!;
    upTo.push(sum);
  }
  /** Steps of the bucket with the sequences after candidate `before`, up to candidate `last`. */
  const steps = (before: number, last: number) =>
    Math.ceil((upTo[last]! - (before < 0 ? 0 : upTo[before]!)) / batchSize) * candidates[last]!;

  // best[k][i]: the fewest steps of k + 1 buckets for the sequences up to candidate i, and the candidate before the last bucket.
  const best: { steps: number; before: number }[][] = [candidates.map((_, i) => ({ steps: steps(-1, i), before: -1 }))];
  for (let k = 1; k < Math.min(most, n); k++) {
    best.push(
      candidates.map((_, i) => {
        let found = best[k - 1]![i]!;
        for (let before = k - 1; before < i; before++) {
          const sum = best[k - 1]![before]!.steps + steps(before, i);
          if (sum < found.steps) found = { steps: sum, before };
        }
        return found;
      }),
    );
  }
  return boundsOf(best, candidates);
}

/** Follows the choices back from the last candidate. A row that copies the row before it has used fewer buckets. */
function boundsOf(best: readonly (readonly { steps: number; before: number }[])[], candidates: readonly number[]): number[] {
  const bounds: number[] = [];
  for (let k = best.length - 1, i = candidates.length - 1; i >= 0; k--) {
    while (k > 0 && best[k]![i] === best[k - 1]![i]) k--;
    bounds.unshift(candidates[i]!);
    i = best[k]![i]!.before;
  }
  return bounds;
}

/** At most so many of the items, at equal distances, with the last one. */
function evenly(items: readonly number[], most: number): number[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.ceil(((i + 1) * items.length) / most) - 1]!);
}
