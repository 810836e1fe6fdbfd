import { numberFlag } from '../shared/flags.js';
import { refuseExportedFile, refuseWithout } from './dependent-flags.js';
import { furtherNumber, furtherSwitch } from './further-flag.js';
import type { SectionOption } from './report-section.js';

interface ContextFlags {
  context: boolean;
  contextLongest: string | undefined;
  contextPositions: string | undefined;
  model: string;
}

/** `--context`: how much history the model uses. */
export const contextOption: SectionOption = {
  flags: {
    context: {
      ...furtherSwitch,
      describe: 'Measure the loss when the model sees only the last 0, 1, 2, 4, ... tokens',
    },
    'context-longest': { ...furtherNumber, describe: 'Largest number of tokens that it sees. Default 512' },
    'context-positions': { ...furtherNumber, describe: 'Tokens predicted for each of them. Default 500' },
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
