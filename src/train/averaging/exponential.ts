import { numberOption, switchOption } from '../../foundation/options.js';
import { declareAveraging } from './averaging.js';

/**
 * Exponential moving average of the parameters p (Polyak and Juditsky 1992 in the form of TensorFlow's ExponentialMovingAverage), from the
 * first update on:
 *
 *     average_1 = p_1      average_t = d_t average_{t-1} + (1 - d_t) p_t
 *
 * d_t is the decay. With the warm-up it is min(decay, (1 + n) / (10 + n)) after n sets of parameters, so that the average quickly forgets
 * the first, poor parameters.
 */
export const exponentialAverage = declareAveraging({
  type: 'ema',
  describe: 'Exponential moving average of the parameters (Polyak and Juditsky 1992).',
  options: {
    decay: numberOption(
      { above: 0, below: 1 },
      0.999,
      'Share of the old average that is kept at each update; the average reaches back about 1 / (1 - decay) updates.',
    ),
    warmup: switchOption(true, 'Begin with a smaller decay: min(decay, (1 + n) / (10 + n)) after n updates.'),
  },
  create: ({ decay, warmup }) => ({
    share: (_, { count: n }) => (n === 0 ? 1 : 1 - (warmup ? Math.min(decay, (1 + n) / (10 + n)) : decay)),
  }),
});
