import { median } from '../../train/step-speed.js';
import { digits, percent, type Rule } from './finding.js';

/** A rise of the loss above this multiple of the first one is more than the difference between two batches. */
const RISE = 1.2;

/** In the first steps at the learning rate of the config, the loss rises. */
export const rateTooHigh: Rule = {
  name: 'rate-too-high',
  describe: `In the first steps at the full learning rate the loss rises above ${RISE} times its first value.`,
  judge({ config, steps, firstSteps = steps }) {
    const { losses, learningRate, updates } = firstSteps;
    const highest = Math.max(...losses);
    if (!(highest > RISE * losses[0]!) && Number.isFinite(highest)) return undefined;
    const ratio = median(updates.map((update) => update.ratio));
    return {
      severity: 0.95,
      problem: 'The learning rate is too high: the first steps make the model worse.',
      measured: `at ${digits(learningRate)} the loss rises from ${digits(losses[0]!)} to ${digits(highest)} nats within ${losses.length} steps, and a step changes the weights by ${percent(ratio)}`,
      threshold: `A rise above ${RISE} times the first loss is reported; a step of about 0.1% of the weights is usual, and a few percent at the start`,
      changes: [{ key: 'training.optimizer.learningRate', value: digits(config.training.optimizer.learningRate / 10) }],
      gain: 'A lower rate lets the loss fall from the first step; textloom train --find-rate measures how high it may be.',
    };
  },
};

/** A step changes the weights by less than this share at the start of training. */
const SMALLEST_STEP = 5e-4;
/** A training that has lowered its loss to this share of the first one has learned something. */
const LEARNED = 0.8;

/** The weights hardly move, and the loss hardly falls. */
export const rateTooLow: Rule = {
  name: 'rate-too-low',
  describe: `The first steps change the weights by less than ${percent(SMALLEST_STEP)}, and the training loss stays above ${percent(LEARNED)} of its first value.`,
  judge({ config, steps, firstSteps = steps, curves }) {
    const ratio = median(firstSteps.updates.map((update) => update.ratio));
    const losses = curves?.training.losses ?? [];
    const hasLearned = losses.length > 0 && losses.at(-1)! < LEARNED * losses[0]!;
    if (!(ratio < SMALLEST_STEP) || hasLearned) return undefined;
    return {
      severity: 0.9,
      problem: 'The learning rate is too low: the weights hardly move.',
      measured: `at ${digits(firstSteps.learningRate)} a step changes the weights by ${percent(ratio)}${losses.length > 0 ? `, and the training loss has fallen from ${digits(losses[0]!)} to ${digits(losses.at(-1)!)} nats` : ''}`,
      threshold: `Below ${percent(SMALLEST_STEP)} a change of the size of the weights takes thousands of steps; a few percent at the start are usual`,
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
export const scheduleEndedEarly: Rule = {
  name: 'schedule-ended-early',
  describe: `More than ${percent(TAIL)} of the steps passed at less than ${percent(ENDED)} of the highest learning rate.`,
  judge({ config, curves }) {
    const rates = curves?.training.learningRates ?? [];
    const highest = Math.max(...rates);
    const ending = rates.findLastIndex((rate) => rate >= ENDED * highest) + 1;
    const share = (rates.length - ending) / rates.length;
    if (!(share > TAIL)) return undefined;
    const { type } = config.training.schedule;
    const last = curves!.training.steps.at(-1)!;
    const hasLength = config.training.schedule.decaySteps !== undefined;
    return {
      severity: 0.8,
      problem: 'The learning rate has fallen to almost nothing long before the end of the training.',
      measured: `the schedule ${type} was below ${percent(ENDED)} of the highest rate for ${percent(share)} of the steps`,
      threshold: `Up to ${percent(TAIL)} is not reported; steps at such a rate cost time and change nothing`,
      changes: hasLength
        ? [{ key: 'training.schedule.decaySteps', value: String(last) }]
        : [{ key: 'training.schedule.type', value: 'cosine' }],
      gain: 'The steps that are wasted now will lower the loss.',
    };
  },
};
