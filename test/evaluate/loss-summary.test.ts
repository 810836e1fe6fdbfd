import { describe, expect, it } from 'vitest';
import { blockBootstrap } from '../../src/evaluate/block-bootstrap.js';
import { gatherLosses } from '../../src/evaluate/loss-summary.js';
import { createRandom } from '../../src/foundation/random.js';
import { sumOf } from './token-losses.js';

const random = createRandom(9);
const tokens = Int32Array.from({ length: 1004 }, () => random.integer(4));
const losses = Float32Array.from({ length: 1003 }, () => 5 * random.uniform());

/** Hands the losses over in windows. */
function summary(unknownId?: number, mostValues?: number) {
  const gatherer = gatherLosses(tokens, unknownId, mostValues);
  for (let start = 0; start < losses.length; start += 64) {
    const window = losses.slice(start, start + 64);
    gatherer.add(Float32Array.of(...window, Number.NaN), start, window.length);
  }
  return gatherer.finish();
}

describe('a summary of losses', () => {
  it('has their sum in order, and the figures derived from it', () => {
    const { result, unknown } = summary();
    expect(result.nats).toBe(sumOf(losses));
    expect(result).toMatchObject({ tokens: 1003, perplexity: Math.exp(result.nats / 1003) });
    expect(unknown).toBeUndefined();
  });

  it('separates the unknown tokens', () => {
    const { unknown, result } = summary(2);
    const known = losses.filter((_, i) => tokens[i + 1] !== 2);
    expect(unknown!.count).toBe(1003 - known.length);
    expect(unknown!.known!.tokens).toBe(known.length);
    expect(unknown!.known!.nats).toBeCloseTo(sumOf(known), 9);
    expect(unknown!.count).toBeGreaterThan(200);
    const gatherer = gatherLosses(Int32Array.of(1, 2, 2), 2);
    gatherer.add(Float32Array.of(1, 2), 0, 2);
    expect(gatherer.finish()).toMatchObject({ result: { nats: 3 }, unknown: { count: 2 } });
    expect(gatherer.finish().unknown).not.toHaveProperty('known');
    expect(result.tokens).toBe(1003);
  });

  it('has the interval of the losses themselves', () => {
    expect(summary().interval({ seed: 3 })).toEqual(blockBootstrap(losses, { seed: 3 }));
    expect(summary().interval({ blockLength: 101 })).toBeUndefined();
  });

  it('has nearly the same interval when sums of adjacent losses are stored instead', () => {
    const blocks = { blockLength: 12, resamples: 4000 };
    const fine = summary().interval(blocks)!;
    const coarse = summary(undefined, 300).interval(blocks)!;
    expect(coarse.blockLength).toBe(12);
    const width = fine.high - fine.low;
    expect(Math.abs(coarse.low - fine.low)).toBeLessThan(0.1 * width);
    expect(Math.abs(coarse.high - fine.high)).toBeLessThan(0.1 * width);
    expect(summary(undefined, 300).interval({ blockLength: 9 })!.blockLength).toBe(12);
  });

  it('needs a token to predict', () => {
    expect(() => gatherLosses(Int32Array.of(1))).toThrow('the text has 1 token');
  });
});
