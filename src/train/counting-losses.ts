import { evaluateBaselines, usualOrder } from '../evaluate/baselines/evaluate-baselines.js';
import type { EndEvent } from './events.js';
import type { TrainingData } from './training-data.js';

/** Training tokens that are counted, and validation tokens that are predicted at most: a few seconds, and some 150 MB for words. */
const MOST_TRAINING_TOKENS = 1_000_000;
const MOST_VALIDATION_TOKENS = 4_000_000;

/**
 * What models that only count lose on the validation text, to tell whether training was worth it. They learn from the first million
 * tokens of the training text.
 *
 * @returns undefined without a validation text, and for one so large that predicting it once more would take long.
 */
export function countingLosses({
  tokenizer,
  train,
  validation,
}: Pick<TrainingData, 'tokenizer' | 'train' | 'validation'>): EndEvent['baselines'] {
  if (validation === undefined || validation.length < 2 || validation.length > MOST_VALIDATION_TOKENS) return undefined;
  const { unigram, kneserNey, order, trainingTokens } = evaluateBaselines({
    train,
    tokens: validation,
    vocabularySize: tokenizer.vocabulary.size,
    order: usualOrder(tokenizer.type),
    maximumTrainingTokens: MOST_TRAINING_TOKENS,
  });
  return { unigram: unigram.natsPerToken, kneserNey: kneserNey.natsPerToken, order, trainingTokens };
}
