import { numberFlag } from '../number-flag.js';
import { refuseExportedFile, refuseWindows, refuseWithout } from './dependent-flags.js';
import { furtherText } from './further-flag.js';
import type { SectionOption } from './report-section.js';

interface CacheFlags {
  cache: string | undefined;
  cacheTheta: string | undefined;
  cacheLambda: string | undefined;
  window: string | undefined;
  model: string;
}

/** `--cache N`: how much the model gains by a cache of its states. */
export const cacheOption: SectionOption = {
  flags: {
    cache: {
      ...furtherText,
      describe: 'Predict with a neural cache of the last N hidden states as well (a usual N is 500 to 4000)',
    },
    'cache-theta': { ...furtherText, describe: 'How much more a similar state counts. Default 0.3' },
    'cache-lambda': { ...furtherText, describe: 'Share of the cache in a prediction, 0 to less than 1. Default 0.1' },
  },
  request({ cache, cacheTheta, cacheLambda, window, model }: CacheFlags) {
    if (cache === undefined) return refuseWithout('--cache', { '--cache-theta': cacheTheta, '--cache-lambda': cacheLambda });
    refuseWindows('--cache', { window });
    refuseExportedFile('--cache', { model });
    const choice = {
      size: numberFlag(cache, { flag: '--cache', from: 1, to: 100_000, whole: true }),
      flatness: numberFlag(cacheTheta ?? '0.3', { flag: '--cache-theta', from: 0 }),
      interpolation: numberFlag(cacheLambda ?? '0.1', { flag: '--cache-lambda', from: 0, to: 0.999999 }),
    };
    return async (evaluation) => (await import('./cache-section.js')).cacheSection(evaluation, choice);
  },
};
