import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lossByFrequency } from '../../../src/diagnose/fit/loss-by-frequency.js';
import { memoryTokenSource, tokenOccurrences } from '../../../src/text/batches.js';

const ids = (minLength: number, maxLength: number) => fc.array(fc.nat(7), { minLength, maxLength });

describe('the loss by frequency', () => {
  it('is that of a plain loop over predictions and training tokens', () => {
    fc.assert(
      fc.property(ids(2, 40), ids(0, 80), fc.boolean(), (text, train, inMemory) => {
        const tokens = Int32Array.from(text);
        const losses = Float32Array.from(text.slice(1), (_, i) => 1 + ((i * 7) % 5));
        const counts = tokenOccurrences(memoryTokenSource(Int32Array.from(train)), 8);
        const bins = lossByFrequency({ tokens: inMemory ? tokens : memoryTokenSource(tokens), losses, counts });
        let predictions = 0;
        for (const bin of bins) {
          const own = [...losses].filter((_, i) => {
            const count = train.filter((id) => id === text[i + 1]).length;
            return count >= bin.from && count <= bin.to;
          });
          expect(bin.predictions).toBe(own.length);
          expect(bin.natsPerToken).toBeCloseTo(own.reduce((sum, loss) => sum + loss, 0) / own.length, 9);
          predictions += own.length;
        }
        expect(predictions).toBe(text.length - 1);
      }),
    );
  });

  it('does not count the first token, which is not predicted', () => {
    const bins = lossByFrequency({ tokens: Int32Array.of(0, 1, 1, 2), losses: Float32Array.of(2, 1, 5), counts: [9, 6, 0] });
    expect(bins).toEqual([
      { from: 0, to: 0, predictions: 1, natsPerToken: 5, share: 1 / 3, lossShare: 5 / 8 },
      { from: 4, to: 7, predictions: 2, natsPerToken: 1.5, share: 2 / 3, lossShare: 3 / 8 },
    ]);
  });

  it('refuses a token without a count', () => {
    const options = { tokens: Int32Array.of(0, 3), losses: Float32Array.of(1), counts: [1, 2, 3] };
    expect(() => lossByFrequency(options)).toThrow('id 3 at 1 is not in the vocabulary');
  });
});
