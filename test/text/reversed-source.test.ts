import { describe, expect, test } from 'vitest';
import { memoryTokenSource } from '../../src/text/batches.js';
import { reversedSource } from '../../src/text/reversed-source.js';

const tokens = Int32Array.of(7, 1, 2, 3, 7, 4, 7);
const ends = Uint8Array.from(tokens, (token) => Number(token === 7));

function contents(source: ReturnType<typeof reversedSource>, pieces: readonly number[]) {
  const read = { tokens: [] as number[], ends: [] as number[] };
  let start = 0;
  for (const count of pieces) {
    // Longer than what is read: the rest must not be moved.
    const target = new Int32Array(count + 2).fill(-1);
    const marks = new Uint8Array(count + 2).fill(9);
    source.read(start, target, count);
    source.readDocumentEnds?.(start, marks, count);
    expect([...target.subarray(count), ...marks.subarray(count)]).toEqual([-1, -1, 9, 9]);
    read.tokens.push(...target.subarray(0, count));
    read.ends.push(...marks.subarray(0, count));
    start += count;
  }
  return read;
}

describe('a reversed text', () => {
  test.each([[[7]], [[1, 2, 4]], [[3, 3, 1]], [[1, 1, 1, 1, 1, 1, 1]]])(
    'has the tokens and the ends from the last to the first, read in pieces of %j',
    (pieces) => {
      const reversed = reversedSource(memoryTokenSource(tokens, ends));
      expect(reversed.length).toBe(7);
      expect(contents(reversed, pieces)).toEqual({ tokens: [...tokens].reverse(), ends: [...ends].reverse() });
    },
  );

  test('has no ends where the text has none', () => {
    expect(reversedSource(tokens).readDocumentEnds).toBeUndefined();
  });

  test('that is reversed again is the text', () => {
    expect(contents(reversedSource(reversedSource(memoryTokenSource(tokens, ends))), [7])).toEqual({
      tokens: [...tokens],
      ends: [...ends],
    });
  });
});
