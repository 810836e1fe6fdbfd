/** The amount subtracted from a count before it is divided: from 1, from 2, and from 3 or more. */
export interface Discounts {
  readonly one: number;
  readonly two: number;
  readonly more: number;
}

/** KenLM's discounts, for counts of counts from which none can be estimated. */
const FALLBACK: Discounts = { one: 0.5, two: 1, more: 1.5 };

/**
 * The three discounts of modified Kneser-Ney smoothing, from the numbers of n-grams with the counts 1, 2, 3 and 4 (Chen and Goodman 1998,
 * equation 26). The estimate is meant for words. Where the text is so small or has so few different units (characters) that one of the four
 * numbers is 0, or a discount is not above 0, KenLM's fallback of 0.5, 1 and 1.5 is used.
 *
 * @param counts of the n-grams of one order, each at least 1
 */
export function estimateDiscounts(counts: Int32Array): Discounts {
  const [n1, n2, n3, n4] = countsOfCounts(counts);
  const y = n1 / (n1 + 2 * n2);
  const one = 1 - (2 * y * n2) / n1;
  const two = 2 - (3 * y * n3) / n2;
  const more = 3 - (4 * y * n4) / n3;
  // `one` is n1 / (n1 + 2 n2), always above 0.
  const sound = n1 * n2 * n3 * n4 > 0 && two > 0 && more > 0;
  return sound ? { one, two, more } : FALLBACK;
}

export function discountOf({ one, two, more }: Discounts, count: number): number {
  return count >= 3 ? more : count === 2 ? two : one;
}

function countsOfCounts(counts: Int32Array): [number, number, number, number] {
  const found: [number, number, number, number] = [0, 0, 0, 0];
  for (const count of counts) if (count <= 4) found[count - 1]!++;
  return found;
}
