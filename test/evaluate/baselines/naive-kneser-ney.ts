/** Interpolated modified Kneser-Ney as the paper writes it, over strings and sets: the measure of the fast one. */
export interface NaiveModel {
  probability(context: readonly number[], token: number): number;
}

interface NaiveOptions {
  order: number;
  vocabularySize: number;
  boundary?: number | undefined;
}

const key = (gram: readonly number[]) => gram.join(' ');

export function naiveKneserNey(text: readonly number[], { order, vocabularySize, boundary }: NaiveOptions): NaiveModel {
  /** The context that may be used after some tokens: up to order - 1, and not beyond the last boundary. */
  const clip = (context: readonly number[]) => {
    const from = boundary === undefined ? 0 : Math.max(0, context.lastIndexOf(boundary));
    return context.slice(Math.max(from, context.length - order + 1, 0));
  };
  // Every n-gram, with the tokens that precede it: undefined at the beginning of the text or at a boundary, each time another.
  const seen = Array.from({ length: order + 1 }, () => new Map<string, { times: number; after: Set<unknown> }>());
  for (let t = 0; t < text.length; t++) {
    const context = text.slice(0, t);
    const from = boundary === undefined ? 0 : Math.max(0, context.lastIndexOf(boundary));
    for (let n = 1; n <= order && t - n + 1 >= from; n++) {
      const gram = key(text.slice(t - n + 1, t + 1));
      const entry = seen[n]!.get(gram) ?? { times: 0, after: new Set() };
      entry.times++;
      entry.after.add(t - n >= from ? text[t - n] : Symbol('nothing'));
      seen[n]!.set(gram, entry);
    }
  }
  const counts = seen.map(
    (level, n) => new Map([...level].map(([gram, { times, after }]) => [gram, n === order ? times : after.size])),
  );
  const discounts = counts.map((level) => {
    const [n1, n2, n3, n4] = [1, 2, 3, 4].map((c) => [...level.values()].filter((count) => count === c).length);
    const y = n1! / (n1! + 2 * n2!);
    const estimated = [1 - (2 * y * n2!) / n1!, 2 - (3 * y * n3!) / n2!, 3 - (4 * y * n4!) / n3!];
    const sound = n1! > 0 && n2! > 0 && n3! > 0 && n4! > 0 && estimated.every((d) => d > 0);
    return [0, ...(sound ? estimated : [0.5, 1, 1.5])];
  });
  const discount = (n: number, count: number) => discounts[n]![Math.min(count, 3)]!;

  function probability(context: readonly number[], token: number): number {
    if (context.length === 0) return order === 0 ? 1 / vocabularySize : level([], token);
    return level(clip(context), token);
  }

  function level(context: readonly number[], token: number): number {
    const n = context.length + 1;
    const lower = n === 1 ? 1 / vocabularySize : level(context.slice(1), token);
    const prefix = context.length === 0 ? '' : `${key(context)} `;
    const followers = [...counts[n]!].filter(([gram]) => gram.startsWith(prefix));
    const total = followers.reduce((sum, [, count]) => sum + count, 0);
    if (total === 0) return lower;
    const remainder = followers.reduce((sum, [, count]) => sum + discount(n, count), 0) / total;
    const count = counts[n]!.get(prefix + token) ?? 0;
    return (count - discount(n, count)) / total + remainder * lower;
  }

  return { probability };
}
