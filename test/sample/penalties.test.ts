import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/foundation/errors.js';
import { createRandom } from '../../src/foundation/random.js';
import { createPenalties, type PenaltyOptions } from '../../src/sample/penalties.js';
import { createSampler } from '../../src/sample/sampler.js';

/** The formula as it is written, over the whole history. */
function penalized(
  logits: Float32Array,
  history: readonly number[],
  options: Record<keyof PenaltyOptions, number>,
): Float32Array {
  const window = history.slice(-options.penaltyWindow);
  return logits.map((logit, id) => {
    const count = window.filter((seen) => seen === id).length;
    if (count === 0) return logit;
    const repeated = logit > 0 ? logit / options.repetitionPenalty : logit * options.repetitionPenalty;
    return repeated - count * options.frequencyPenalty - options.presencePenalty;
  });
}

const optionSets = fc.record({
  repetitionPenalty: fc.double({ min: 0.5, max: 3, noNaN: true }),
  frequencyPenalty: fc.double({ min: -2, max: 2, noNaN: true }),
  presencePenalty: fc.double({ min: -2, max: 2, noNaN: true }),
  penaltyWindow: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 250, max: 1000 })),
});

describe('penalties', () => {
  it('near 0 make a logit large, but not infinite, which only a broken model has', () => {
    const penalties = createPenalties(3, { repetitionPenalty: 1e-300 })!;
    for (const id of [0, 1, 2]) penalties.see(id);
    const logits = Float32Array.of(5, -5, Number.POSITIVE_INFINITY);
    penalties.apply(logits);
    expect([...logits]).toEqual([3.4028234663852886e38, -0, Number.POSITIVE_INFINITY]);
  });

  it('are those of the formulas, over the latest tokens of any history', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 700 }),
        optionSets,
        (values, seen, options) => {
          const logits = Float32Array.from(values);
          const history = seen.map((id) => id % logits.length);
          const penalties = createPenalties(logits.length, options);
          if (penalties === undefined) return;
          for (const id of history) penalties.see(id);
          // Applying twice: the first time must leave no trace in what is remembered.
          penalties.apply(logits.slice());
          const actual = logits.slice();
          penalties.apply(actual);
          expect(actual).toEqual(penalized(logits, history, options));
        },
      ),
    );
  });

  it('without effect are not created', () => {
    expect(createPenalties(5, { repetitionPenalty: 1, frequencyPenalty: 0, penaltyWindow: 3 })).toBeUndefined();
  });

  it('do not change the model’s own logits, and apply before the filters', () => {
    const logits = Float32Array.of(3, 2.5, 0);
    const penalties = createPenalties(3, { presencePenalty: 1 })!;
    const sample = createSampler(logits, { topK: 1 }, { penalties });
    expect(sample(createRandom(1))).toBe(0);
    penalties.see(0);
    expect(sample(createRandom(1))).toBe(1);
    expect([...logits]).toEqual([3, 2.5, 0]);
  });

  it.each([
    { repetitionPenalty: 0 },
    { repetitionPenalty: Number.NaN },
    { frequencyPenalty: Infinity },
    { presencePenalty: Number.NaN },
    { repetitionPenalty: 2, penaltyWindow: 0 },
    { repetitionPenalty: 2, penaltyWindow: 1.5 },
  ])('refuse %j', (options) => {
    expect(() => createPenalties(4, options)).toThrow(UserError);
  });
});
