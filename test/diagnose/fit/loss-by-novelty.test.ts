import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lossByNovelty } from '../../../src/diagnose/fit/loss-by-novelty.js';
import { memoryTokenSource } from '../../../src/text/batches.js';

/** Whether a passage stands in a text, looked up at every place. */
const standsIn = (passage: readonly number[], text: readonly number[]) =>
  text.some((_, at) => at + passage.length <= text.length && passage.every((token, i) => text[at + i] === token));

/** By the definition: for each prediction the longest n-gram that ends with it and stands in the training text. */
function plainLengths(text: readonly number[], train: readonly number[], longest: number, marks?: readonly number[]): number[] {
  return text.slice(1).map((_, i) => {
    const target = i + 1;
    let best = 0;
    for (let n = 1; n <= longest; n++) {
      const start = target - n + 1;
      if (start < 0) break;
      // The state is reset before a marked token is read: no n-gram contains a token before it, and the target itself is not read.
      if (marks?.slice(start + 1, target).includes(1)) break;
      if (standsIn(text.slice(start, target + 1), train)) best = n;
    }
    return best;
  });
}

const text = (minLength: number, maxLength: number) => fc.array(fc.nat(2), { minLength, maxLength });

describe('the loss by novelty', () => {
  it('has the n-grams of a search at every position, also where documents reset the state', () => {
    fc.assert(
      fc.property(text(2, 30), text(0, 60), fc.integer({ min: 1, max: 6 }), fc.boolean(), (ids, train, longest, resets) => {
        const tokens = Int32Array.from(ids);
        const marks = resets ? ids.map((id) => Number(id === 0)) : undefined;
        const losses = Float32Array.from(ids.slice(1), (_, i) => 1 + ((i * 3) % 7));
        const source = marks ? memoryTokenSource(tokens, Uint8Array.from(marks)) : tokens;
        const bins = lossByNovelty({ tokens: source, losses, train: memoryTokenSource(Int32Array.from(train)), longest });
        const lengths = plainLengths(ids, train, longest, marks);
        const expected = Array.from({ length: longest + 1 }, (_, n) => {
          const own = [...losses].filter((_, i) => lengths[i] === n);
          return { from: n, to: n, predictions: own.length, nats: own.reduce((sum, loss) => sum + loss, 0) };
        }).filter(({ predictions }) => predictions > 0);
        expect(bins.map(({ from, to, predictions }) => ({ from, to, predictions }))).toEqual(
          expected.map(({ nats: _, ...rest }) => rest),
        );
        for (const [i, { natsPerToken, predictions }] of bins.entries())
          expect(natsPerToken * predictions).toBeCloseTo(expected[i]!.nats, 9);
      }),
      { numRuns: 300 },
    );
  });

  it('counts longer n-grams as the longest', () => {
    const tokens = Int32Array.of(1, 2, 3, 4, 5, 9);
    const bins = lossByNovelty({
      tokens,
      losses: Float32Array.of(1, 1, 1, 4, 6),
      train: Int32Array.of(1, 2, 3, 4, 5),
      longest: 3,
    });
    expect(bins.map(({ from, predictions, natsPerToken }) => [from, predictions, natsPerToken])).toEqual([
      [0, 1, 6],
      [2, 1, 1],
      [3, 3, 2],
    ]);
  });
});
