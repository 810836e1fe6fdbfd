import { choiceOption, numberOption, wholeNumberOption } from '../../foundation/options.js';
import { wholePower } from '../optimizers/optimizer.js';
import { declareSchedule } from './schedule.js';

/**
 * Multiplies the rate by the factor when `patience` consecutive validations have not improved on the best one by the threshold. PyTorch's
 * ReduceLROnPlateau reduces after one more: its patience equals this one minus 1. Its threshold is relative.
 */
export const plateau = declareSchedule({
  type: 'plateau',
  describe: 'Lower the rate when validation stops improving.',
  options: {
    factor: numberOption({ above: 0, below: 1 }, 0.5, 'What a decay multiplies the rate by.'),
    patience: wholeNumberOption(
      1,
      1_000_000,
      2,
      'Consecutive validations without improvement after which the rate is lowered.',
    ),
    threshold: numberOption(
      { from: 0, to: 100 },
      0.001,
      'By how much a loss must be below the best one to count as an improvement.',
    ),
    thresholdMode: choiceOption(
      ['absolute', 'relative'],
      'absolute',
      'Whether the threshold is in nats per token, or a share of the best loss.',
    ),
    minimum: numberOption({ from: 0, to: 1000 }, 1e-6, 'The rate never goes below this.'),
  },
  validates: true,
  create: ({ factor, patience, threshold, thresholdMode, minimum }, base) => ({
    learningRate: (_, { reductions }) => Math.max(minimum, base * wholePower(factor, reductions)),
    validated(loss, state) {
      const { best } = state;
      if (best === undefined || loss < best - threshold * (thresholdMode === 'relative' ? best : 1)) {
        state.best = loss;
        state.waited = 0;
      } else if (++state.waited >= patience) {
        state.reductions++;
        state.waited = 0;
      }
    },
  }),
});
