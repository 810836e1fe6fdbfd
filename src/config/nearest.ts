/**
 * The candidate that was probably meant; undefined when none is similar. Case and separators are ignored, so that `batch_size` finds
 * `batchSize`, and initials match: `lr` finds `learningRate`. Up to a third of the letters may differ.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  return nearWords(word, candidates, 1)[0];
}

/** The candidates that were probably meant, as {@link nearest} finds them: at most so many, the most similar one first. */
export function nearWords(word: string, candidates: readonly string[], most: number): string[] {
  const wanted = bare(word);
  if (wanted.length === 0 || wanted.length > 64) return [];
  const limit = Math.floor(wanted.length / 3);
  const distanceOf = (candidate: string) => {
    if (initials(candidate) === wanted) return -1;
    const letters = bare(candidate);
    return Math.abs(letters.length - wanted.length) > limit ? Number.POSITIVE_INFINITY : editDistance(wanted, letters);
  };
  return candidates
    .map((candidate) => ({ candidate, distance: distanceOf(candidate) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

function bare(word: string): string {
  return word.replace(/[-_. ]/g, '').toLowerCase();
}

function initials(word: string): string | undefined {
  const letters = word.replace(/(?<!^)[a-z]/g, '').toLowerCase();
  return letters.length > 1 ? letters : undefined;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other (Damerau 1964). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) distance = Math.min(distance, beforeLast[j - 2]! + 1);
      row.push(distance);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}
