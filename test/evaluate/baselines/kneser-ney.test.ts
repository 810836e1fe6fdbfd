import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trainKneserNey } from '../../../src/evaluate/baselines/kneser-ney.js';
import { createRandom } from '../../../src/foundation/random.js';
import { memoryTokenSource } from '../../../src/text/batches.js';
import { naiveKneserNey } from './naive-kneser-ney.js';

const V = 14;
const random = createRandom(3);
/** Tokens of very different frequency, with order in them; 12 and 13 never occur. */
const text = Array.from({ length: 700 }, (_, t) => (t % 5 === 4 ? 0 : Math.min(random.integer(12), random.integer(12))));
const unseen = [13, 12, 11, 13, 3, 2, 12, 0, 0, 0, 0, 1, 13];
const reading = [...text.slice(100, 160), ...unseen, ...Array.from({ length: 60 }, () => random.integer(V))];

/** The probability of each token of a text where it stands. */
function probabilities(options: { order: number; boundary?: number }, tokens: readonly number[], trained = text): number[] {
  const reader = trainKneserNey(Int32Array.from(trained), { ...options, vocabularySize: V }).createReader();
  return tokens.map((token) => reader.next(token));
}

describe('interpolated modified Kneser-Ney', () => {
  it.each([
    { order: 1 },
    { order: 2 },
    { order: 3 },
    { order: 5 },
    { order: 1, boundary: 0 },
    { order: 2, boundary: 0 },
    { order: 4, boundary: 0 },
  ])('is what the paper says, computed plainly: %j', (options) => {
    const naive = naiveKneserNey(text, { ...options, vocabularySize: V });
    const expected = reading.map((token, t) => naive.probability(reading.slice(0, t), token));
    const found = probabilities(options, reading);
    for (const [t, p] of found.entries()) expect(Math.abs(p / expected[t]! - 1), `token ${t}`).toBeLessThan(1e-12);
  });

  it('gives the whole vocabulary a probability of 1 in every context, seen or not', () => {
    for (const order of [1, 2, 3, 6]) {
      for (const boundary of [undefined, 0]) {
        const reader = trainKneserNey(Int32Array.from(text), { order, boundary, vocabularySize: V }).createReader();
        for (const token of reading) {
          const all = Array.from({ length: V }, (_, id) => reader.probability(id));
          expect(Math.min(...all)).toBeGreaterThan(0);
          expect(Math.abs(all.reduce((sum, p) => sum + p) - 1)).toBeLessThan(1e-12);
          expect(reader.next(token)).toBe(all[token]);
        }
      }
    }
  });

  it('is a distribution for any text', () => {
    const tokens = (size: number) => fc.array(fc.nat(V - 1), { minLength: size, maxLength: 60 });
    const options = fc.record({ order: fc.integer({ min: 1, max: 7 }), boundary: fc.option(fc.nat(3), { nil: undefined }) });
    fc.assert(
      fc.property(tokens(1), tokens(0), options, (trained, context, { order, boundary }) => {
        const reader = trainKneserNey(Int32Array.from(trained), { order, boundary, vocabularySize: V }).createReader();
        for (const token of context) reader.next(token);
        const all = Array.from({ length: V }, (_, id) => reader.probability(id));
        expect(Math.min(...all)).toBeGreaterThan(0);
        expect(Math.abs(all.reduce((sum, p) => sum + p) - 1)).toBeLessThan(1e-12);
      }),
    );
  });

  it('reads a training text from a source as from memory', () => {
    const long = Int32Array.from({ length: 70_000 }, (_, t) => (t * t) % 11);
    const options = { order: 4, vocabularySize: V };
    const fromMemory = trainKneserNey(long, options).createReader();
    const fromSource = trainKneserNey(memoryTokenSource(long), options).createReader();
    for (const token of reading) expect(fromSource.next(token)).toBe(fromMemory.next(token));
  });

  it('does not use context beyond a boundary, and works without one', () => {
    const [bounded, running] = [{ order: 4, boundary: 0 }, { order: 4 }].map((options) =>
      [
        [7, 0],
        [3, 0],
      ].map((context) => probabilities(options, [...context, 2]).at(-1)),
    );
    expect(bounded![0]).toBe(bounded![1]);
    expect(running![0]).not.toBe(running![1]);
  });
});
