/**
 * The candidate that was probably meant; undefined when none is similar. Case and separators are ignored, so that `batch_size` finds
 * `batchSize`, and initials match: `lr` finds `learningRate`. Up to a third of the letters may differ.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = bare(word);
  if (wanted.length === 0 || wanted.length > 64) return undefined;
  let best = candidates.find((candidate) => initials(candidate) === wanted);
  if (best !== undefined) return best;
  let bestDistance = Math.floor(wanted.length / 3) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, bare(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
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
