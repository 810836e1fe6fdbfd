import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lossByPosition } from '../../../src/diagnose/fit/loss-by-position.js';
import { memoryTokenSource } from '../../../src/text/batches.js';
import { reversedSource } from '../../../src/text/reversed-source.js';

/** Documents of these lengths, each with an end token 0 that is not counted. */
const textOf = (lengths: readonly number[]) => lengths.flatMap((length) => [...new Array<number>(length).fill(1), 0]);

/** The position of every token in its document, the end token included. */
const positionsOf = (lengths: readonly number[]) =>
  lengths.flatMap((length) => Array.from({ length: length + 1 }, (_, i) => i));

describe('the loss by position', () => {
  it('counts tokens since the beginning of the document, marked or found by its end token', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 8 }), fc.boolean(), (lengths, isMarked) => {
        fc.pre(lengths.length > 1 || lengths[0]! > 0);
        const tokens = Int32Array.from(textOf(lengths));
        const losses = Float32Array.from(tokens.subarray(1), (_, i) => 1 + ((i * 5) % 11));
        const bins = isMarked
          ? lossByPosition({
              tokens: memoryTokenSource(
                tokens,
                Uint8Array.from(tokens, (id) => 1 - id),
              ),
              losses,
            })
          : lossByPosition({ tokens, losses, documentEnd: 0 });
        const positions = positionsOf(lengths).slice(1);
        let counted = 0;
        for (const { from, to, predictions, natsPerToken } of bins!) {
          const own = [...losses].filter((_, i) => positions[i]! >= from && positions[i]! <= to);
          expect(predictions).toBe(own.length);
          expect(natsPerToken).toBeCloseTo(own.reduce((sum, loss) => sum + loss, 0) / own.length, 9);
          counted += predictions;
        }
        expect(counted).toBe(positions.length);
      }),
    );
  });

  it('counts from the end of a document where the text is read backward', () => {
    const tokens = Int32Array.of(7, 8, 9, 0, 5, 6, 0);
    const marked = memoryTokenSource(tokens, Uint8Array.of(0, 0, 0, 1, 0, 0, 1));
    // Read: 0 6 5 0 9 8 7.
    const bins = lossByPosition({ tokens: reversedSource(marked), losses: Float32Array.of(10, 20, 30, 40, 50, 60) });
    expect(bins!.map(({ from, predictions, natsPerToken }) => [from, predictions, natsPerToken])).toEqual([
      [0, 2, 25],
      [1, 2, 35],
      [2, 2, 45],
    ]);
  });

  it('continues over pieces of a long text', () => {
    const tokens = new Int32Array(70_001).fill(1);
    tokens[65_534] = 0;
    const losses = new Float32Array(70_000).fill(1);
    // The last token of the first document is at position 65,534; the second one has the positions 0 to 4,465.
    const bins = lossByPosition({ tokens, losses, documentEnd: 0 })!;
    expect(bins.map(({ from, predictions }) => [from, predictions]).slice(-4)).toEqual([
      [4096, 4096 + 370],
      [8192, 8192],
      [16_384, 16_384],
      [32_768, 32_767],
    ]);
  });

  it('is not known without documents', () => {
    expect(lossByPosition({ tokens: Int32Array.of(1, 2), losses: Float32Array.of(1) })).toBeUndefined();
  });
});
