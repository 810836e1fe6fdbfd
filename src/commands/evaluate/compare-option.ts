import { pathFlag } from '../shared/flags.js';
import type { SectionOption } from './report-section.js';

/** `--compare MODEL`: which of two models predicts the text better. */
export const compareOption: SectionOption = {
  flags: {
    compare: {
      ...pathFlag,
      describe: 'Another model, scored on the same text: which one predicts it better, and how certain that is',
    },
  },
  request({ compare }: { compare: string | undefined }) {
    if (compare === undefined) return undefined;
    return async (evaluation) => (await import('./compare-section.js')).compareSection(evaluation, compare);
  },
};
