import { numberFlag } from '../number-flag.js';
import { refuseExportedFile, refuseWithout } from './dependent-flags.js';
import { furtherSwitch, furtherText } from './further-flag.js';
import type { SectionOption } from './report-section.js';

interface ContextFlags {
  context: boolean;
  contextLongest: string | undefined;
  contextPositions: string | undefined;
  model: string;
}

/** `--context`: how much history the model makes use of. */
export const contextOption: SectionOption = {
  flags: {
    context: {
      ...furtherSwitch,
      describe: 'Tell how the loss depends on how much history the model is given: 0, 1, 2, 4, ... tokens',
    },
    'context-longest': { ...furtherText, describe: 'Longest history that is tried. Default 512' },
    'context-positions': { ...furtherText, describe: 'Tokens that are predicted with each. Default 500' },
  },
  request({ context, contextLongest, contextPositions, model }: ContextFlags) {
    if (!context)
      return refuseWithout('--context', { '--context-longest': contextLongest, '--context-positions': contextPositions });
    refuseExportedFile('--context', { model });
    const choice = {
      longest: numberFlag(contextLongest ?? '512', { flag: '--context-longest', from: 1, to: 1_000_000, whole: true }),
      positions: numberFlag(contextPositions ?? '500', { flag: '--context-positions', from: 1, to: 10_000_000, whole: true }),
    };
    return async (evaluation) => (await import('./context-section.js')).contextSection(evaluation, choice);
  },
};
