import { choiceOption, numberOption } from '../../foundation/options.js';
import { alongCosine, alongLine } from './curve.js';
import { declareSchedule } from './schedule.js';

/**
 * One cycle over the whole run (Smith and Topin 2018), with the rates of PyTorch's OneCycleLR: from base / startDivisor up to the base rate
 * at the share `riseShare` of the steps, then down to base / startDivisor / endDivisor at the last step. The momentum does not change.
 */
export const oneCycle = declareSchedule({
  type: 'one-cycle',
  describe:
    'Rise to the full rate, then fall to far below the initial rate, over the whole run (Smith and Topin 2018, as in PyTorch).',
  options: {
    riseShare: numberOption({ above: 0, below: 1 }, 0.3, 'Share of the steps in which the rate rises.'),
    startDivisor: numberOption({ from: 1, to: 1e9 }, 25, 'What the full rate is divided by at the first step.'),
    endDivisor: numberOption({ from: 1, to: 1e12 }, 1e4, 'What the rate of the first step is divided by at the last step.'),
    curve: choiceOption(['cosine', 'linear'], 'cosine', 'Rise and fall along half a cosine, or linearly.'),
  },
  create({ riseShare, startDivisor, endDivisor, curve }, base) {
    const along = curve === 'cosine' ? alongCosine : alongLine;
    const start = base / startDivisor;
    const end = start / endDivisor;
    return {
      learningRate({ step, steps }) {
        const place = step - 1;
        const last = steps - 1;
        // A run of few steps begins at the base rate.
        const top = Math.max(0, riseShare * steps - 1);
        if (place <= top) return top === 0 ? base : along(start, base, place / top);
        return along(base, end, (place - top) / (last - top));
      },
    };
  },
});
