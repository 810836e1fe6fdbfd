import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestMatches } from '../../../src/evaluate/memorization/longest-matches.js';
import { measureMemorization, usualLengths } from '../../../src/evaluate/memorization/memorization.js';
import { createRandom } from '../../../src/foundation/random.js';
import { memoryTokenSource } from '../../../src/text/batches.js';

/** Whether a passage stands in a text, looked up at every place. */
function standsIn(passage: readonly number[], text: readonly number[]): boolean {
  return text.some((_, at) => passage.every((token, i) => text[at + i] === token));
}

function plainMatches(text: readonly number[], source: readonly number[]): number[] {
  return text.map((_, end) => {
    let length = 0;
    while (length <= end && standsIn(text.slice(end - length, end + 1), source)) length++;
    return length;
  });
}

describe('longest matches', () => {
  it('are those of a search at every position', () => {
    const text = (maximum: number) => fc.array(fc.nat(2), { maxLength: maximum });
    fc.assert(
      fc.property(fc.array(text(25), { minLength: 1, maxLength: 4 }), text(60), (texts, source) => {
        const found = longestMatches(
          texts.map((tokens) => Int32Array.from(tokens)),
          Int32Array.from(source),
        );
        expect(found.map((lengths) => [...lengths])).toEqual(texts.map((tokens) => plainMatches(tokens, source)));
      }),
      { numRuns: 300 },
    );
  });

  it('are found in a source that is read in pieces', () => {
    const random = createRandom(2);
    const source = Int32Array.from({ length: 140_000 }, () => random.integer(1000));
    // Across the end of the first piece.
    const text = source.slice(65_500, 65_600);
    const [matches] = longestMatches([text], memoryTokenSource(source));
    expect(matches).toEqual(Int32Array.from({ length: 100 }, (_, i) => i + 1));
  });
});

const random = createRandom(4);
const draw = (length: number) => Int32Array.from({ length }, () => random.integer(50));
const train = draw(4000);
const heldOut = draw(1000);

describe('memorisation', () => {
  it('is the share of n-grams that occur in the training text, together with that of held-out passages', () => {
    const copied = train.slice(1000, 1060);
    const own = draw(60);
    const { shares, longestSampled, longestHeldOut, ...sizes } = measureMemorization({
      sampled: [copied, own],
      train,
      heldOut,
      lengths: [1, 10, 60, 61],
    });
    expect(shares.map(({ n }) => n)).toEqual([1, 10, 60]);
    expect(shares[0]).toEqual({ n: 1, sampled: 1, heldOut: 1 });
    expect(shares[1]).toEqual({ n: 10, sampled: 0.5, heldOut: 0 });
    expect(shares[2]).toEqual({ n: 60, sampled: 0.5, heldOut: 0 });
    expect(longestSampled).toEqual(copied);
    expect(longestHeldOut.length).toBeLessThan(6);
    expect(sizes).toEqual({ sampledTokens: 120, heldOutTokens: 120 });
  });

  it('uses as much held-out text as there is, and refuses an empty one', () => {
    const options = { sampled: [draw(60), draw(60), draw(60)], train, lengths: [1, 40] };
    expect(measureMemorization({ ...options, heldOut: heldOut.slice(0, 130) }).heldOutTokens).toBe(120);
    const little = measureMemorization({ ...options, heldOut: heldOut.slice(0, 30) });
    expect(little.heldOutTokens).toBe(30);
    expect(little.shares.map(({ n }) => n)).toEqual([1]);
    expect(() => measureMemorization({ ...options, heldOut: new Int32Array(0) })).toThrow('held-out text is empty');
  });

  it('looks at longer n-grams of characters than of words', () => {
    for (const type of ['byte', 'character', 'word', 'bpe'] as const) {
      const lengths = usualLengths(type);
      expect(lengths).toEqual([...new Set(lengths)].sort((a, b) => a - b));
      expect([lengths[0], lengths.at(-1)]).toEqual(type === 'word' || type === 'bpe' ? [2, 20] : [5, 100]);
    }
  });

  it('looks at lengths that at least one text has', () => {
    const { shares } = measureMemorization({ sampled: [draw(60), draw(20)], train, heldOut, lengths: [20, 40, 61] });
    expect(shares.map(({ n }) => n)).toEqual([20, 40]);
  });

  it('finds no passage where nothing is shared', () => {
    const strange = Int32Array.of(90, 91, 92);
    const { shares, longestSampled } = measureMemorization({ sampled: [strange], train, heldOut, lengths: [1, 2] });
    expect(shares.map(({ sampled }) => sampled)).toEqual([0, 0]);
    expect(longestSampled).toHaveLength(0);
  });
});
