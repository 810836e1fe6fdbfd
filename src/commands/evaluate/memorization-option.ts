import { UserError } from '../../foundation/errors.js';
import { numberFlag } from '../shared/flags.js';
import { refuseWithout } from './dependent-flags.js';
import { furtherNumber, furtherSwitch } from './further-flag.js';
import type { SectionOption } from './report-section.js';

interface MemorizationFlags {
  memorization: boolean;
  memorizationTexts: string | undefined;
  memorizationLength: string | undefined;
}

/** The most tokens in all texts together: the comparison takes about 200 bytes per token. */
const MOST_TOKENS = 1_000_000;

/** `--memorization`: how much of the model's output is copied from its training text. */
export const memorizationOption: SectionOption = {
  flags: {
    memorization: {
      ...furtherSwitch,
      describe: 'Sample texts (with --seed), and measure how much of them is copied from the training split',
    },
    'memorization-texts': { ...furtherNumber, describe: 'Number of texts to sample. Default 20' },
    'memorization-length': { ...furtherNumber, describe: 'Tokens in each text. Default 500' },
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
    if (choice.texts * choice.length > MOST_TOKENS) {
      const asked = `--memorization-texts ${choice.texts} and --memorization-length ${choice.length}`;
      throw new UserError('usage', `${asked}: together more than a million tokens to sample and compare; lower one of them`);
    }
    return async (evaluation) => (await import('./memorization-section.js')).memorizationSection(evaluation, choice);
  },
};
