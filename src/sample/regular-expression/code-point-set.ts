/** A set of Unicode code points: inclusive ranges [from, to], ascending, neither overlapping nor adjacent. */
export type CodePointSet = readonly (readonly [from: number, to: number])[];

const LAST = 0x10ffff;

/** All code points that a text can contain: all except surrogates, which UTF-8 cannot encode. */
export const everything: CodePointSet = [
  [0, 0xd7ff],
  [0xe000, LAST],
];

/** @param ranges in any order, overlapping or not */
export function union(ranges: CodePointSet): CodePointSet {
  const sorted = ranges.toSorted(([a], [b]) => a - b);
  const joined: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = joined.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

/** The code points that a text can contain and that are not in the set. */
export function complement(set: CodePointSet): CodePointSet {
  const rest: [number, number][] = [];
  let from = 0;
  for (const [first, last] of [...set, [LAST + 1, LAST + 1] as const]) {
    if (first > from) rest.push([from, first - 1]);
    from = last + 1;
  }
  return withoutSurrogates(rest);
}

export function withoutSurrogates(set: CodePointSet): CodePointSet {
  return set.flatMap(([from, to]) =>
    everything.flatMap(([low, high]): [number, number][] => {
      const [first, last] = [Math.max(from, low), Math.min(to, high)];
      return first <= last ? [[first, last]] : [];
    }),
  );
}

/** The index in `allCharacters` from which characters take two code units each: those beyond the basic plane. */
const BASIC = 0x10000 - 0x800;
let allCharacters: string | undefined;

/**
 * All code points that an expression matches.
 * @param runs matches any number of characters of a set, as /\p{L}+/gu does. One search over all characters is many times faster than a
 *   million tests
 */
export function setOfRuns(runs: RegExp): CodePointSet {
  allCharacters ??= everyCharacter();
  const codeAt = (index: number) => {
    if (index < 0xd800) return index;
    return index < BASIC ? index + 0x800 : 0x10000 + (index - BASIC) / 2;
  };
  const ranges = Array.from(allCharacters.matchAll(runs), ({ 0: run, index }): [number, number] => {
    const last = index + run.length - 1;
    return [codeAt(index), codeAt(last < BASIC ? last : last - 1)];
  });
  return withoutSurrogates(ranges);
}

/** All characters that a text can contain, in order. */
function everyCharacter(): string {
  const parts: string[] = [];
  for (const [from, to] of everything) {
    for (let start = from; start <= to; start += 4096) {
      const length = Math.min(4096, to + 1 - start);
      parts.push(String.fromCodePoint(...Array.from({ length }, (_, i) => start + i)));
    }
  }
  return parts.join('');
}
