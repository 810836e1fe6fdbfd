import { compareCodePoints } from '../code-points.js';

/** The number of occurrences of each character (code point) of a text. */
export interface CharacterCounts {
  readonly total: number;
  readonly counts: ReadonlyMap<number, number>;
}

/** Counts the characters (code points) of a text. */
export function countCharacters(text: string): CharacterCounts {
  const table = new Float64Array(0x110000);
  let total = 0;
  for (let i = 0; i < text.length; i++, total++) {
    const codePoint = text.codePointAt(i)!;
    if (codePoint > 0xffff) i++;
    table[codePoint]!++;
  }
  const counts = new Map<number, number>();
  table.forEach((count, codePoint) => {
    if (count > 0) counts.set(codePoint, count);
  });
  return { total, counts };
}

/** Characters of a held-out text that the training text lacks: the number of their occurrences, and the characters. */
export function unseenCharacters(held: CharacterCounts, train: CharacterCounts): { count: number; characters: string[] } {
  const unseen = [...held.counts].filter(([codePoint]) => !train.counts.has(codePoint));
  return {
    count: unseen.reduce((sum, [, count]) => sum + count, 0),
    characters: unseen.map(([codePoint]) => String.fromCodePoint(codePoint)).sort(compareCodePoints),
  };
}

/**
 * Jensen-Shannon divergence of the characters of two texts, in bits: 0 for equal distributions, 1 for texts without a common character (Lin
 * 1991). Unlike the Kullback-Leibler divergence it is finite where a character is missing.
 */
export function characterDivergence(a: CharacterCounts, b: CharacterCounts): number {
  let divergence = 0;
  for (const codePoint of new Set([...a.counts.keys(), ...b.counts.keys()])) {
    const p = (a.counts.get(codePoint) ?? 0) / a.total;
    const q = (b.counts.get(codePoint) ?? 0) / b.total;
    const middle = (p + q) / 2;
    if (p > 0) divergence += (p / 2) * Math.log2(p / middle);
    if (q > 0) divergence += (q / 2) * Math.log2(q / middle);
  }
  return divergence;
}
