import { describe, expect, it } from 'vitest';
import { compareFit } from '../../../src/diagnose/fit/compare-fit.js';
import { trainKneserNey } from '../../../src/evaluate/baselines/kneser-ney.js';
import { memoryTokenSource } from '../../../src/text/batches.js';
import { randomText, V } from './random-network.js';

const tokens = randomText(60).tokens;
const train = randomText(400, 6).tokens;
const losses = Float32Array.from({ length: 59 }, (_, i) => 1 + (i % 4) / 4);
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const shared = { tokens: memoryTokenSource(tokens), losses, vocabularySize: V, tokenizer: 'character' } as const;

describe('compareFit', () => {
  it('has the losses of counting models on the predictions of the model', () => {
    const { natsPerToken, predictions, counting } = compareFit({ ...shared, train, surprisals: undefined });
    expect([natsPerToken, predictions]).toEqual([mean(losses), 59]);
    const lossOf = (order: number) => {
      const reader = trainKneserNey(train, { order, vocabularySize: V }).createReader();
      const nats = Array.from(tokens, (token) => -Math.log(reader.next(token)));
      return mean(nats.slice(1));
    };
    expect(counting).toMatchObject({ order: 6, trainingTokens: 400 });
    expect(counting!.kneserNey).toBeCloseTo(lossOf(6), 12);
    expect(counting!.unigram).toBeCloseTo(lossOf(1), 12);
  });

  it('has the entropy of the same predictions, and none where fewer are known', () => {
    const surprisals = Float64Array.from({ length: 70 }, (_, i) => i / 10);
    const { entropy, counting } = compareFit({ ...shared, train: undefined, surprisals });
    expect(entropy).toBeCloseTo(mean(surprisals.subarray(0, 59)), 12);
    expect(counting).toBeUndefined();
    expect(compareFit({ ...shared, train: undefined, surprisals: surprisals.subarray(0, 58) })).not.toHaveProperty('entropy');
  });
});
