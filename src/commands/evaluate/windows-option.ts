import { UserError } from '../../errors.js';
import type { Windows } from '../../evaluate/score-windows.js';
import { numberFlag } from '../number-flag.js';

/** The flags of reading in windows, as yargs gives them. */
export interface WindowFlags {
  window: string | undefined;
  stride: string | undefined;
}

const text = { string: true, nargs: 1 } as const;

export const windowFlags = {
  window: {
    ...text,
    describe: 'Read in windows of M tokens that begin without a memory, as models of limited context are measured',
  },
  stride: { ...text, describe: 'Tokens from one window to the next: of a window, the last N are counted. Default: --window' },
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
