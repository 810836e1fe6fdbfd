import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexPart } from '../../../src/text/audit/part.js';
import { findRepetitions, type Repetition } from '../../../src/text/audit/repetitions.js';

const part = (name: string, text: string) => indexPart({ name, file: name, firstLine: 1, text });
/** Numbers as words, each a different one. */
const words = (from: number, count: number) => Array.from({ length: count }, (_, i) => `w${from + i}`);

function repetitionsOf(texts: readonly string[][], maximumWindows?: number) {
  const found: Repetition[] = [];
  const parts = texts.map((text, i) => part(String(i), text.join(' ')));
  return { found, ...findRepetitions(parts, (repetition) => found.push(repetition), maximumWindows) };
}

describe('repetitions', () => {
  it('are counted once where they overlap, and found in parts of any length', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat({ max: 3 }), { maxLength: 120 }), { minLength: 1, maxLength: 3 }), (texts) => {
        const { within, across, found } = repetitionsOf(texts.map((text) => text.map(String)));
        for (const [i, text] of texts.entries()) {
          const covered = new Set<number>();
          for (const { part: index, from, units } of found) {
            if (index === i) for (let unit = from; unit < from + units; unit++) covered.add(unit);
          }
          expect(within[i]! + across[i]!).toBe(covered.size);
          expect(covered.size).toBeLessThanOrEqual(text.length);
        }
        for (const { part: a, from, units, earlierPart: b, earlierFrom } of found) {
          expect(texts[a]!.slice(from, from + units)).toEqual(texts[b]!.slice(earlierFrom, earlierFrom + units));
          expect(a > b || from > earlierFrom).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('that are long are found completely in a corpus of which few windows are stored', () => {
    const train = words(0, 4000);
    const held = [...words(10_000, 500), ...train.slice(1000, 1400), ...words(20_000, 500)];
    const { found, sampled, across } = repetitionsOf([train, held], 256);
    expect(sampled).toBe(32);
    expect(found).toEqual([{ part: 1, from: 500, units: 400, earlierPart: 0, earlierFrom: 1000 }]);
    expect(across).toEqual([0, 400]);
  });
});
