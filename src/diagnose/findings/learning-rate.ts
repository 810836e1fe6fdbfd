import { median } from '../../train/step-speed.js';
import { RAISED, type StepMeasurements } from '../step-measurements.js';
import { type WarmUp, warmUpOf } from '../warm-up.js';
import { asPercent, type DiagnosisRule, digits, highestLoss } from './finding.js';

/** A training that has lowered its loss to this share of the first one has learned something. */
const LEARNED = 0.8;

/**
 * Whether the rate of the config is not too high for a model that has been warmed up: at the full rate the loss falls further. It may have
 * risen for some steps before.
 */
function worksAfter({ warmupSteps, losses }: WarmUp): boolean {
  const after = losses.slice(warmupSteps);
  const middle = Math.ceil(after.length / 2);
  const [earlier, later] = [after.slice(0, middle), after.slice(middle)].map(median) as [number, number];
  return later < earlier && later < LEARNED * losses[0]!;
}

/** Whether the loss is above the first one after all measured steps, too: the steps after a rise may undo it. */
const staysRaised = ({ losses }: StepMeasurements) => !(losses.at(-1)! <= losses[0]!);

/** In the first steps at the learning rate of the config the loss rises, a warm-up does not help, and the range test finds a lower rate. */
export const rateTooHigh: DiagnosisRule = {
  name: 'rate-too-high',
  describe: `In the first steps at the full learning rate the loss rises above ${RAISED} times its first value and stays above it, with a warm-up it does not fall, and in the range test it is lowest at a lower rate.`,
  judge({ config, firstSteps, rateTest, warmUp }) {
    const { learningRate } = config.training.optimizer;
    if (firstSteps === undefined || rateTest?.lowestAt === undefined || !(rateTest.lowestAt < learningRate)) return undefined;
    if (!staysRaised(firstSteps) || (warmUp !== undefined && worksAfter(warmUp))) return undefined;
    const { losses, updates } = firstSteps;
    const change = median(updates.map(({ ratio }) => ratio));
    const changed = Number.isFinite(change) ? `, and a step changes the weights by ${asPercent(change)}` : '';
    return {
      severity: 0.95,
      problem: 'The learning rate is too high: the first steps make the model worse.',
      measured: `at ${digits(learningRate)} the loss rises from ${digits(losses[0]!)} to ${highestLoss(losses)} nats within ${losses.length} steps${changed}; in the range test the loss is lowest at ${digits(rateTest.lowestAt)}`,
      threshold: 'A rate above that of the lowest loss in the range test is reported (Smith 2017)',
      changes: [{ key: 'training.optimizer.learningRate', value: digits(rateTest.proposal ?? learningRate / 10) }],
      gain: 'A lower rate lets the loss fall from the first step.',
    };
  },
};

/** In the first steps the loss rises, but not with a warm-up, which the config does not have. */
export const noWarmUp: DiagnosisRule = {
  name: 'no-warm-up',
  describe: `In the first steps at the full learning rate the loss rises above ${RAISED} times its first value and stays above it; with a warm-up it falls below ${asPercent(LEARNED)} of it and further at the full rate, and the config has none.`,
  judge({ config, firstSteps, warmUp }) {
    const { schedule } = config.training;
    if (firstSteps === undefined || warmUp === undefined || warmUpOf(schedule) > 0) return undefined;
    if (!staysRaised(firstSteps) || !worksAfter(warmUp)) return undefined;
    const { losses } = firstSteps;
    const { warmupSteps } = warmUp;
    return {
      severity: 0.9,
      problem:
        'The first steps are too large for the untrained model, although it could learn at this rate: there is no warm-up.',
      measured: `the loss rises from ${digits(losses[0]!)} to ${highestLoss(losses)} nats within ${losses.length} steps at the full rate; with a warm-up of ${warmupSteps} steps it is ${digits(median(warmUp.losses.slice(warmupSteps)))} after ${warmUp.losses.length} steps`,
      threshold: `A rise to more than ${RAISED} times the first loss is reported where the rate is good after a warm-up; Adam's first steps are as large as its learning rate, whatever the gradient (Ma and Yarats 2021)`,
      changes: [
        ...('warmupSteps' in schedule ? [] : [{ key: 'training.schedule.type', value: 'cosine' }]),
        { key: 'training.schedule.warmupSteps', value: String(warmupSteps) },
      ],
      gain: 'The rate rises linearly from zero, so that the first steps do not throw the weights far from where they were drawn.',
    };
  },
};

/** A step changes the weights by less than this share at the start of training. */
const SMALLEST_STEP = 5e-4;

/** The weights hardly move, and the loss hardly falls. */
export const rateTooLow: DiagnosisRule = {
  name: 'rate-too-low',
  describe: `The first steps change the weights by less than ${asPercent(SMALLEST_STEP)}, and the training loss stays above ${asPercent(LEARNED)} of its first value.`,
  judge({ config, firstSteps, curves }) {
    if (firstSteps === undefined) return undefined;
    const ratio = median(firstSteps.updates.map((update) => update.ratio));
    const losses = curves?.training.losses ?? [];
    const hasLearned = losses.length > 0 && losses.at(-1)! < LEARNED * losses[0]!;
    if (!(ratio < SMALLEST_STEP) || hasLearned) return undefined;
    return {
      severity: 0.9,
      problem: 'The learning rate is too low: the weights hardly move.',
      measured: `at ${digits(firstSteps.learningRate)} a step changes the weights by ${asPercent(ratio)}${losses.length > 0 ? `, and the training loss has fallen from ${digits(losses[0]!)} to ${digits(losses.at(-1)!)} nats` : ''}`,
      threshold: `Below ${asPercent(SMALLEST_STEP)} a change of the size of the weights takes thousands of steps; a few percent at the start are usual`,
      changes: [
        { key: 'training.optimizer.learningRate', value: digits(raised(config.training.optimizer.learningRate, ratio)) },
      ],
      gain: 'A higher rate learns in tens of steps what this one learns in thousands; textloom train --find-rate measures how high it may be.',
    };
  },
};

/** The rate at which a step would change the weights by 3%, at most a thousand times the present one. */
const raised = (rate: number, ratio: number) => rate * Math.min(1000, 0.03 / ratio);

/** A rate below this share of the highest one changes nothing any more. */
const ENDED = 0.01;
/** The last share of the steps that may pass at such a rate. */
const TAIL = 0.3;

/** The schedule has ended long before the training. */
export const scheduleEndedEarly: DiagnosisRule = {
  name: 'schedule-ended-early',
  describe: `More than ${asPercent(TAIL)} of the steps passed at less than ${asPercent(ENDED)} of the highest learning rate.`,
  judge({ config, curves }) {
    const rates = curves?.training.learningRates ?? [];
    const highest = Math.max(...rates);
    const ending = rates.findLastIndex((rate) => rate >= ENDED * highest) + 1;
    const { steps = [] } = curves?.training ?? {};
    const last = steps.at(-1) ?? 0;
    const share = (last - (steps[ending - 1] ?? 0)) / last;
    if (!(share > TAIL)) return undefined;
    const { type } = config.training.schedule;
    const hasLength = config.training.schedule.decaySteps !== undefined;
    return {
      severity: 0.8,
      problem: 'The learning rate has fallen to almost nothing long before the end of the training.',
      measured: `the schedule ${type} was below ${asPercent(ENDED)} of the highest rate for ${asPercent(share)} of the steps`,
      threshold: `Up to ${asPercent(TAIL)} is not reported; steps at such a rate cost time and change nothing`,
      changes: hasLength
        ? [{ key: 'training.schedule.decaySteps', value: String(last) }]
        : [{ key: 'training.schedule.type', value: 'cosine' }],
      gain: 'The steps that are wasted now will lower the loss.',
    };
  },
};
