import type { ResolvedConfig } from '../../config/types.js';
import { dropoutChanges, lengthChanges } from './changes.js';
import { asPercent, type DiagnosisRule, digits } from './finding.js';

/** Less dropout than this costs little, and protects little. */
const RATE = 0.3;

/** A validation loss this share above the best one has risen, not wavered. */
const RISEN = 0.02;

/** The validation loss has risen since its best value while the training loss has fallen. */
export const overfitting: DiagnosisRule = {
  name: 'overfitting',
  describe: `The last validation loss is more than ${asPercent(RISEN)} above the best one, and the training loss has fallen since.`,
  judge({ config, curves, stepsPerEpoch = 1 }) {
    const { steps = [], losses = [] } = curves?.validation ?? {};
    const best = Math.min(...losses);
    const at = losses.indexOf(best);
    const last = losses.at(-1);
    if (last === undefined || !(last > (1 + RISEN) * best)) return undefined;
    const { training } = curves!;
    const then = training.losses[training.steps.findIndex((step) => step >= steps[at]!)];
    if (then === undefined || !(training.losses.at(-1)! < then)) return undefined;
    return {
      severity: 0.7,
      problem: 'The model is learning its training text by heart: the validation loss rises while the training loss falls.',
      measured: `the validation loss is ${digits(last)} nats after step ${steps.at(-1)}, and was ${digits(best)} after step ${steps[at]}`,
      threshold: `A rise of more than ${asPercent(RISEN)} is reported`,
      // Of a model that has dropout already, less training is left to try.
      changes: largestRate(config) < RATE ? dropoutChanges(config, RATE) : lengthChanges(config, steps[at]!, stepsPerEpoch),
      gain: 'Dropout keeps units from relying on each other (Zaremba et al. 2014); a schedule that ends near the best step anneals there. More text helps most.',
    };
  },
};

/** Dropout that raises the training loss by more than this share costs more than it can protect from. */
const COST = 0.05;
/** With so little overfitting there is nothing to protect from: validation loss above training loss, both without dropout. */
const SMALL_GAP = 0.03;

/** Dropout raises the loss, and there is no overfitting to prevent. */
export const dropoutTooHigh: DiagnosisRule = {
  name: 'dropout-too-high',
  describe: `Dropout of ${RATE} or more raises the training loss by more than ${asPercent(COST)}, and without it the validation loss is less than ${asPercent(SMALL_GAP)} above the training loss.`,
  judge({ config, fit: { gap }, curves }) {
    const { train, trainWithDropout, validation } = gap ?? {};
    if (curves === undefined || !train || !trainWithDropout || !validation || largestRate(config) < RATE) return undefined;
    const cost = trainWithDropout.natsPerToken / train.natsPerToken - 1;
    const difference = validation.natsPerToken / train.natsPerToken - 1;
    if (!(cost > COST) || !(difference < SMALL_GAP)) return undefined;
    return {
      severity: 0.6,
      problem:
        'Dropout is too high for a training of this length: it slows learning, and there is no overfitting that it prevents.',
      measured: `on the same training text the loss is ${digits(trainWithDropout.natsPerToken)} nats with dropout and ${digits(train.natsPerToken)} without; the validation loss is ${digits(validation.natsPerToken)}`,
      threshold: `A cost of more than ${asPercent(COST)} beside a gap of less than ${asPercent(SMALL_GAP)} is reported`,
      changes: dropoutChanges(config, 0),
      gain: 'The model learns faster; raise dropout again when the validation loss stays behind the training loss.',
    };
  },
};

/** The largest rate of dropout anywhere in the model. */
function largestRate({ model: { embedding, layers } }: ResolvedConfig): number {
  const rates = [embedding.dropout, ...layers.map(({ dropout }) => dropout)].flatMap((choice) =>
    typeof choice === 'object' ? Object.values(choice).filter((rate) => typeof rate === 'number') : [choice ?? 0],
  );
  return Math.max(0, ...rates);
}
