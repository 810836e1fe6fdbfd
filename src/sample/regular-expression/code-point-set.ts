/** A set of Unicode code points: ranges [from, to], both ends in it, ascending, none touching the next. */
export type CodePointSet = readonly (readonly [from: number, to: number])[];

const LAST = 0x10ffff;

/** What a text can hold: all code points but the halves of surrogate pairs, which UTF-8 does not have. */
export const everything: CodePointSet = [
  [0, 0xd7ff],
  [0xe000, LAST],
];

/** @param ranges in any order, overlapping or not. */
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

/** What a text can hold and the set does not. */
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

/** All code points of which a test holds. */
export function where(holds: (character: string) => boolean): CodePointSet {
  const ranges: [number, number][] = [];
  for (const [low, high] of everything) {
    for (let code = low; code <= high; code++) {
      if (!holds(String.fromCodePoint(code))) continue;
      const last = ranges.at(-1);
      if (last?.[1] === code - 1) last[1] = code;
      else ranges.push([code, code]);
    }
  }
  return ranges;
}
