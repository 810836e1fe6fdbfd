import { activation, temporalActivation } from './activation.js';
import { augmentedLoss } from './augmented-loss.js';
import { labelSmoothing } from './label-smoothing.js';
import { multiTokenPrediction } from './multi-token-prediction.js';
import type { ObjectiveTerm } from './objective.js';
import { previousSentence } from './previous-sentence.js';
import { skipGram } from './skip-gram.js';
import { synonyms } from './synonyms.js';

/** The registry of the objective's further terms. A new term is its file and a line here. */
export const objectiveTerms: readonly ObjectiveTerm[] = [
  activation,
  temporalActivation,
  labelSmoothing,
  augmentedLoss,
  skipGram,
  synonyms,
  multiTokenPrediction,
  previousSentence,
];
