import { optionalNumberFlag } from '../shared/flags.js';
import { refuseWithout } from './dependent-flags.js';
import { furtherNumber, furtherSwitch } from './further-flag.js';
import type { SectionOption } from './report-section.js';

interface BaselineFlags {
  baselines: boolean;
  order: string | undefined;
}

/** `--baselines`: losses of counting models on the same tokens. */
export const baselinesOption: SectionOption = {
  flags: {
    baselines: {
      ...furtherSwitch,
      describe: 'Compare with n-gram models of the training split: unigram and Kneser-Ney',
    },
    order: {
      ...furtherNumber,
      describe: 'Order of Kneser-Ney: tokens in an n-gram, 1 to 20. Default 5; for characters and bytes 6',
    },
  },
  request({ baselines, order: given }: BaselineFlags) {
    if (!baselines) return refuseWithout('--baselines', { '--order': given });
    const order = optionalNumberFlag(given, { flag: '--order', from: 1, to: 20, whole: true });
    return async (evaluation) => (await import('./baselines-section.js')).baselinesSection(evaluation, order);
  },
};
