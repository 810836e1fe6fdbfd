import type { ArgumentsCamelCase } from 'yargs';
import { numberFlag, numericFlag, optionalNumberFlag } from '../shared/flags.js';

/** The flags of confidence intervals, as yargs returns them. */
export interface IntervalFlags {
  confidence: string;
  'bootstrap-block': string | undefined;
  seed: string;
}

/** Settings of confidence intervals. */
export interface IntervalOptions {
  readonly confidence: number;
  readonly blockLength: number | undefined;
  readonly seed: number;
}

export const intervalFlags = {
  confidence: { ...numericFlag, default: '0.95', defaultDescription: '0.95', describe: 'Confidence level of the intervals' },
  'bootstrap-block': {
    ...numericFlag,
    describe:
      'Block length of the block bootstrap, in tokens. Default: the larger of the cube root and a thousandth of the text’s length',
  },
  seed: { ...numericFlag, default: '1', defaultDescription: '1', describe: 'The same seed gives the same figures' },
} as const;

/** @throws UserError usage */
export function intervalOptions({ confidence, bootstrapBlock, seed }: ArgumentsCamelCase<IntervalFlags>): IntervalOptions {
  return {
    confidence: numberFlag(confidence, { flag: '--confidence', above: 0, to: 0.999 }),
    blockLength: optionalNumberFlag(bootstrapBlock, { flag: '--bootstrap-block', from: 1, whole: true }),
    seed: numberFlag(seed, { flag: '--seed', from: 0, whole: true }),
  };
}
