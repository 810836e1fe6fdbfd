import { numberOption, wholeNumberOption } from '../../foundation/options.js';
import { wholePower } from '../optimizers/optimizer.js';
import { declareSchedule, type Schedule } from './schedule.js';

const startEpoch = wholeNumberOption(
  1,
  1_000_000,
  1,
  'Last epoch at the full rate, counted from 1; the first decay is at the beginning of the next epoch.',
);
const factor = (byDefault: number, describe: string) => numberOption({ above: 0, below: 1 }, byDefault, describe);

export const constantRate = declareSchedule({
  type: 'constant',
  describe: 'The same rate throughout.',
  options: {},
  create: (_, base) => ({ learningRate: () => base }),
});

export const stepDecay = declareSchedule({
  type: 'step',
  describe: 'rate * factor^ceil((epoch - startEpoch) / everyEpochs) once epoch > startEpoch.',
  options: {
    startEpoch,
    everyEpochs: wholeNumberOption(1, 1_000_000, 1, 'Epochs between decays.'),
    factor: factor(0.5, 'What a decay multiplies the rate by.'),
  },
  create: (values, base) => stepwise(base, values),
});

export const exponentialDecay = declareSchedule({
  type: 'exponential',
  describe: 'rate * factor^(epoch - startEpoch) once epoch > startEpoch.',
  options: { factor: factor(0.97, 'What each epoch multiplies the rate by.'), startEpoch },
  create: (values, base) => stepwise(base, { ...values, everyEpochs: 1 }),
});

/** base * factor^k, where k grows by one every `everyEpochs` epochs after epoch `startEpoch`. */
function stepwise(
  base: number,
  { startEpoch, everyEpochs, factor }: Record<'startEpoch' | 'everyEpochs' | 'factor', number>,
): Schedule {
  return {
    learningRate: ({ epoch }) => base * wholePower(factor, Math.max(0, Math.ceil((epoch - startEpoch) / everyEpochs))),
  };
}
