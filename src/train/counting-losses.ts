import { evaluateBaselines, usualOrder } from '../evaluate/baselines/evaluate-baselines.js';
import type { EndEvent } from './events.js';
import type { TrainingData } from './training-data.js';

/** The most training tokens that are counted and validation tokens that are predicted: a few seconds, and some 150 MB for words. */
const MOST_TRAINING_TOKENS = 1_000_000;
const MOST_VALIDATION_TOKENS = 4_000_000;

/**
 * Losses of n-gram models on the validation text, with which the trained model is compared. They learn from the first million tokens of the
 * training text.
 *
 * @returns undefined without a validation text, and for one so large that predicting it once more would take long
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
