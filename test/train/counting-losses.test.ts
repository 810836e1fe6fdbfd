import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import { trainTokenizer } from '../../src/text/tokenizers/index.js';
import { countingLosses } from '../../src/train/counting-losses.js';
import { naiveKneserNey } from '../evaluate/baselines/naive-kneser-ney.js';

const tokenizer = trainTokenizer({ type: 'character' }, 'abcdefgh');
const random = createRandom(12);
const draw = (length: number) => Int32Array.from({ length }, () => Math.min(random.integer(8), random.integer(8)));
const train = draw(3000);
const validation = draw(500);

describe('losses of counting models', () => {
  it('are the mean negative log-likelihood per predicted token, by the equations of the paper', () => {
    const natsPerToken = (order: number) => {
      const model = naiveKneserNey([...train], { order, vocabularySize: tokenizer.vocabulary.size });
      const predicted = [...validation].slice(1);
      const nats = predicted.map((token, t) => -Math.log(model.probability([...validation.subarray(0, t + 1)], token)));
      return nats.reduce((sum, loss) => sum + loss) / predicted.length;
    };
    const { unigram, kneserNey, ...rest } = countingLosses({ tokenizer, train, validation })!;
    expect(unigram).toBeCloseTo(natsPerToken(1), 10);
    expect(kneserNey).toBeCloseTo(natsPerToken(6), 10);
    // Characters are counted in sequences of up to six.
    expect(rest).toEqual({ order: 6, trainingTokens: 3000 });
  });

  it('are limited: a million training tokens are counted, and a huge validation split is skipped', () => {
    const source = (length: number) => ({
      length,
      read: (start: number, target: Int32Array, count: number) => {
        for (let i = 0; i < count; i++) target[i] = (start + i) % 3;
      },
    });
    const losses = countingLosses({ tokenizer, train: source(1e9), validation: source(1000) });
    expect(losses?.trainingTokens).toBe(1_000_000);
    expect(losses?.kneserNey).toBeLessThan(0.01);
    for (const length of [1e9, 4_000_001])
      expect(countingLosses({ tokenizer, train, validation: source(length) })).toBeUndefined();
  });

  it('are absent without a validation split', () => {
    expect(countingLosses({ tokenizer, train })).toBeUndefined();
    expect(countingLosses({ tokenizer, train, validation: validation.subarray(0, 1) })).toBeUndefined();
    expect(countingLosses({ tokenizer, train, validation: validation.subarray(0, 2) })).toBeDefined();
  });
});
