import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CodePointSet,
  complement,
  everything,
  setOfRuns,
  union,
  withoutSurrogates,
} from '../../../src/sample/regular-expression/code-point-set.js';

const LAST = 0x10ffff;
const has = (set: CodePointSet, code: number) => set.some(([from, to]) => from <= code && code <= to);
const isCanonical = (set: CodePointSet) => set.every(([from, to], i) => from <= to && (i === 0 || from > set[i - 1]![1] + 1));

const ranges = fc.array(
  fc.tuple(fc.nat(30), fc.nat(6)).map(([from, length]) => [from, from + length] as const),
  { maxLength: 6 },
);

describe('a set of code points', () => {
  it('is the union of ranges, of which none touches the next', () => {
    fc.assert(
      fc.property(ranges, (some) => {
        const joined = union(some);
        expect(isCanonical(joined)).toBe(true);
        for (let code = 0; code < 40; code++) expect(has(joined, code)).toBe(has(some, code));
      }),
    );
    expect(
      union([
        [5, 9],
        [1, 2],
        [3, 4],
        [7, 8],
        [11, 12],
      ]),
    ).toEqual([
      [1, 9],
      [11, 12],
    ]);
  });

  it('has a complement of all other characters of a text', () => {
    expect(complement([])).toEqual(everything);
    expect(complement(everything)).toEqual([]);
    expect(complement([[0, 0xd7fe]])).toEqual([
      [0xd7ff, 0xd7ff],
      [0xe000, LAST],
    ]);
    expect(complement([[1, LAST - 1]])).toEqual([
      [0, 0],
      [LAST, LAST],
    ]);
    expect(complement([[0xd7ff, 0xe000]])).toEqual([
      [0, 0xd7fe],
      [0xe001, LAST],
    ]);
  });

  it('has no surrogates, which UTF-8 cannot encode', () => {
    expect(withoutSurrogates([[0xd7ff, 0xe000]])).toEqual([
      [0xd7ff, 0xd7ff],
      [0xe000, 0xe000],
    ]);
    expect(withoutSurrogates([[0xd800, 0xdfff]])).toEqual([]);
  });

  it('has what an expression matches, on both sides of the surrogates and beyond the basic plane', () => {
    expect(setOfRuns(/[\ud7f0-\ud7ff\ue000-\ue005]+/gu)).toEqual([
      [0xd7f0, 0xd7ff],
      [0xe000, 0xe005],
    ]);
    expect(setOfRuns(/[\u{fffe}-\u{10001}]+/gu)).toEqual([[0xfffe, 0x10001]]);
    expect(setOfRuns(/[\u{10ffff}ab\0]+/gu)).toEqual([
      [0, 0],
      [0x61, 0x62],
      [LAST, LAST],
    ]);
  });
});
