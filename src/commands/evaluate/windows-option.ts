import type { Windows } from '../../evaluate/score-windows.js';
import { UserError } from '../../foundation/errors.js';
import { numberFlag, numericFlag } from '../shared/flags.js';

/** The flags for reading in windows, as yargs returns them. */
export interface WindowFlags {
  window: string | undefined;
  stride: string | undefined;
}

export const windowFlags = {
  window: {
    ...numericFlag,
    describe: 'Score in windows of M tokens that each start from a zero state, as models with a limited context are measured',
  },
  stride: {
    ...numericFlag,
    describe: 'Tokens from the start of one window to the start of the next; the last N of each are scored. Default: --window',
  },
} as const;

/** @throws UserError usage */
export function windowsOf({ window, stride }: WindowFlags): Windows | undefined {
  if (window === undefined) {
    if (stride === undefined) return undefined;
    throw new UserError('usage', '--stride without --window: without windows the text is one stream; give both, or neither');
  }
  const length = numberFlag(window, { flag: '--window', from: 1, whole: true });
  return { length, stride: numberFlag(stride ?? window, { flag: '--stride', from: 1, to: length, whole: true }) };
}
