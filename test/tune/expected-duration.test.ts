import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectedSeconds, type Timing } from '../../src/tune/expected-duration.js';

const timing = (trial: number | undefined, steps: number, seconds: number): Timing => ({ trial, steps, seconds });

it('is the time of a step before any training has ended', () => {
  expect(expectedSeconds([], { trial: 1, steps: 30 }, 0.5)).toBe(15);
});

it('has a start and a time for each step, where trainings have taken these', () => {
  const settings = fc.record({
    start: fc.double({ min: 0, max: 10, noNaN: true }),
    perStep: fc.double({ min: 1e-4, max: 10, noNaN: true }),
    steps: fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 2, maxLength: 10 }),
    next: fc.integer({ min: 1, max: 10_000 }),
  });
  fc.assert(
    fc.property(settings, ({ start, perStep, steps, next }) => {
      const timings = steps.map((count, i) => timing(i, count, start + perStep * count));
      const expected = start + perStep * next;
      expect(expectedSeconds(timings, { trial: 99, steps: next }, 1) / expected).toBeCloseTo(1, 4);
    }),
  );
});

it('is longer for a candidate whose trainings were slower than those of others', () => {
  const timings = [timing(undefined, 100, 11), timing(0, 10, 2), timing(1, 10, 2), timing(0, 100, 11), timing(2, 100, 33)];
  const of = (trial: number) => expectedSeconds(timings, { trial, steps: 1000 }, 1);
  expect(of(2)).toBeGreaterThan(1.5 * of(0));
  expect(of(7)).toBeGreaterThan(of(0));
});

it('is in proportion to the steps where all trainings had the same length, or shorter ones took longer', () => {
  expect(expectedSeconds([timing(0, 10, 5), timing(1, 10, 7)], { trial: 3, steps: 20 }, 1)).toBe(12);
  expect(expectedSeconds([timing(0, 10, 5), timing(1, 30, 3)], { trial: 3, steps: 20 }, 1)).toBe(4);
});
