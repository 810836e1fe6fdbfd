import { numberFlag } from '../number-flag.js';
import { refuseWithout } from './dependent-flags.js';
import type { SectionOption } from './report-section.js';

interface MemorizationFlags {
  memorization: boolean;
  memorizationTexts: string | undefined;
  memorizationLength: string | undefined;
}

const text = { string: true, nargs: 1 } as const;

/** `--memorization`: how much of what the model writes is copied from its training text. */
export const memorizationOption: SectionOption = {
  flags: {
    memorization: {
      boolean: true,
      default: false,
      describe: 'Sample texts (by --seed), and tell how much of them stands in the training split',
    },
    'memorization-texts': { ...text, describe: 'How many texts are sampled. Default 20' },
    'memorization-length': { ...text, describe: 'Tokens of each. Default 500' },
  },
  request({ memorization, memorizationTexts, memorizationLength }: MemorizationFlags) {
    if (!memorization)
      return refuseWithout('--memorization', {
        '--memorization-texts': memorizationTexts,
        '--memorization-length': memorizationLength,
      });
    const choice = {
      texts: numberFlag(memorizationTexts ?? '20', { flag: '--memorization-texts', from: 1, to: 1000, whole: true }),
      length: numberFlag(memorizationLength ?? '500', { flag: '--memorization-length', from: 1, to: 100_000, whole: true }),
    };
    return async (evaluation) => (await import('./memorization-section.js')).memorizationSection(evaluation, choice);
  },
};
