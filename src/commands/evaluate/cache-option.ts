import { numberFlag } from '../shared/flags.js';
import { refuseExportedFile, refuseWindows, refuseWithout } from './dependent-flags.js';
import { furtherNumber } from './further-flag.js';
import type { SectionOption } from './report-section.js';

interface CacheFlags {
  cache: string | undefined;
  cacheTheta: string | undefined;
  cacheLambda: string | undefined;
  window: string | undefined;
  model: string;
}

/** `--cache N`: the gain from a neural cache. */
export const cacheOption: SectionOption = {
  flags: {
    cache: {
      ...furtherNumber,
      describe: 'Also measure with a neural cache of the last N hidden states (usual: 500 to 4000)',
    },
    'cache-theta': {
      ...furtherNumber,
      describe: 'Parameter theta of the cache: larger values give more weight to the most similar states. Default 0.3',
    },
    'cache-lambda': { ...furtherNumber, describe: 'Weight of the cache in the prediction, 0 to less than 1. Default 0.1' },
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
