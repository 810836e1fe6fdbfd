import { describe, expect, test } from 'vitest';
import { createBatches } from '../../src/text/batches.js';
import { createRandomTokens } from '../../src/train/random-tokens.js';

const counts = Float64Array.of(1, 0, 16, 81, 0, 256, 0);
const most = 8 * 6;

/** The tokens of a draw for a batch of 8 rows and 6 steps, in the order of the whole batch. */
function drawn(draw: number, shards: number, seed = 3): number[] {
  const rows = 8 / shards;
  const parts = Array.from({ length: shards }, () => new Int32Array(most / shards));
  createRandomTokens({ counts, batchSize: 8, most, seed }).write(draw, parts);
  return Array.from({ length: most }, (_, place) => {
    const [t, b] = [Math.floor(place / 8), place % 8];
    return parts[Math.floor(b / rows)]![t * rows + (b % rows)]!;
  });
}

describe('random tokens', () => {
  test('have the counts to the power 3/4 as their distribution; a token without occurrences is never drawn', () => {
    // 1, 8, 27 and 64 of 100.
    const found = new Float64Array(counts.length);
    const draws = 500;
    for (let draw = 0; draw < draws; draw++) for (const token of drawn(draw, 1)) found[token]!++;
    const total = draws * most;
    const expected = [0.01, 0, 0.08, 0.27, 0, 0.64, 0];
    for (const [token, share] of expected.entries())
      expect(Math.abs(found[token]! / total - share)).toBeLessThanOrEqual(4 * Math.sqrt((share * (1 - share)) / total));
  });

  test('are a function of the seed, the draw and the place in the whole batch, whatever the number of shards', () => {
    const whole = drawn(7, 1);
    for (const shards of [1, 2, 4, 8]) expect(drawn(7, shards)).toEqual(whole);
    expect(drawn(8, 1)).not.toEqual(whole);
    expect(drawn(7, 1, 4)).not.toEqual(whole);
  });
});

test('the counts of tokens are those of the whole text, also of one that is read in pieces', () => {
  const tokens = Int32Array.from({ length: 150_001 }, (_, i) => (i === 70_000 ? 3 : i % 3));
  const { tokenCounts } = createBatches({ tokens, batchSize: 2, sequenceLength: 5 });
  const expected = [0, 0, 0, 0, 0];
  for (const token of tokens) expected[token]!++;
  expect([...tokenCounts(5)]).toEqual(expected);
});
