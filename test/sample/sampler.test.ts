import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/foundation/errors.js';
import { createRandom } from '../../src/foundation/random.js';
import { createSampler, type SamplingOptions } from '../../src/sample/sampler.js';

const logits = Float32Array.of(2, 0, 1, 3, -1);

function frequencies(options: SamplingOptions, draws = 20_000): number[] {
  const sample = createSampler(logits, options);
  const random = createRandom(3);
  const counts = new Array<number>(logits.length).fill(0);
  for (let i = 0; i < draws; i++) counts[sample(random)]! += 1 / draws;
  return counts;
}

/** softmax(logits / temperature) over some ids, 0 elsewhere. */
function expected(temperature: number, ids: readonly number[]): number[] {
  const weights = [...logits].map((logit, id) => (ids.includes(id) ? Math.exp(logit / temperature) : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function expectClose(actual: readonly number[], wanted: readonly number[]): void {
  // Five standard deviations of 20,000 draws are at most 0.018.
  for (const [id, share] of actual.entries()) {
    expect(Math.abs(share - wanted[id]!), `token ${id}`).toBeLessThan(0.018);
    if (wanted[id] === 0) expect(share).toBe(0);
  }
}

describe('the sampler', () => {
  const all = [0, 1, 2, 3, 4];
  it.each([
    ['the model’s own distribution without options', {}, 1, all],
    ['a flatter one at a high temperature', { temperature: 2.5 }, 2.5, all],
    ['a sharper one at a low temperature', { temperature: 0.5 }, 0.5, all],
    ['the two likeliest with top-k', { topK: 2 }, 1, [0, 3]],
    ['the nucleus with top-p', { topP: 0.8 }, 1, [0, 3]],
    ['what is likely enough with min-p', { minP: 0.1 }, 1, [0, 2, 3]],
    // exp(1 - 3) = 0.135: at temperature 5 token 2 would have a ratio of 0.67.
    ['the temperature after min-p', { minP: 0.2, temperature: 5 }, 5, [0, 3]],
    // The nucleus of 0.7 among three tokens is larger than among all five would be.
    ['top-p after top-k, min-p after both', { topK: 3, topP: 0.95, minP: 0.2 }, 1, [0, 3]],
  ])('draws %s', (_, options, temperature, ids) => {
    expectClose(frequencies(options), expected(temperature, ids));
  });

  it('chooses the most likely at temperature 0, of equal ones the lower id, and draws no number for it', () => {
    const random = createRandom(1);
    expect(createSampler(Float32Array.of(1, 4, 4, 2), { temperature: 0 })(random)).toBe(1);
    expect(random.state().position).toBe(0);
  });

  it('is practically greedy at a tiny temperature, without overflow', () => {
    expect(createSampler(logits, { temperature: 1e-300 })(createRandom(1))).toBe(3);
  });

  it('always draws a token that every filter keeps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 40 }),
        fc.record({
          temperature: fc.double({ min: 0, max: 10, noNaN: true }),
          topK: fc.integer({ min: 1, max: 50 }),
          topP: fc.double({ min: 0.001, max: 1, noNaN: true }),
          minP: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        fc.nat(),
        (values, options, seed) => {
          const output = Float32Array.from(values);
          const id = createSampler(output, options)(createRandom(seed));
          const better = output.filter((logit) => logit > output[id]!);
          expect(better.length).toBeLessThan(options.topK);
          expect(Math.exp(output[id]! - Math.max(...output))).toBeGreaterThanOrEqual(options.minP * (1 - 1e-9));
        },
      ),
    );
  });

  it.each([
    { temperature: -1 },
    { temperature: Number.NaN },
    { temperature: Infinity },
    { topK: 0 },
    { topK: 1.5 },
    { topP: 0 },
    { topP: 1.1 },
    { minP: -0.1 },
    { minP: 2 },
  ])('refuses %j', (options) => {
    expect(() => createSampler(logits, options)).toThrow(UserError);
  });
});
