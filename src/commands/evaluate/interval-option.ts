import type { ArgumentsCamelCase } from 'yargs';
import { numberFlag, optionalNumberFlag } from '../number-flag.js';

/** The flags of confidence intervals, as yargs gives them. */
export interface IntervalFlags {
  confidence: string;
  'bootstrap-block': string | undefined;
  seed: string;
}

/** What confidence intervals are made with. */
export interface IntervalOptions {
  readonly confidence: number;
  readonly blockLength: number | undefined;
  readonly seed: number;
}

const text = { string: true, nargs: 1 } as const;

export const intervalFlags = {
  confidence: { ...text, default: '0.95', describe: 'Probability that the confidence intervals are to have' },
  'bootstrap-block': {
    ...text,
    describe: 'Tokens of a block of the block bootstrap. Default: cube root of the text, or a thousandth of it if that is more',
  },
  seed: { ...text, default: '1', describe: 'The same seed gives the same figures' },
} as const;

/** @throws UserError usage */
export function intervalOptions({ confidence, bootstrapBlock, seed }: ArgumentsCamelCase<IntervalFlags>): IntervalOptions {
  return {
    confidence: numberFlag(confidence, { flag: '--confidence', above: 0, to: 0.999 }),
    blockLength: optionalNumberFlag(bootstrapBlock, { flag: '--bootstrap-block', from: 1, whole: true }),
    seed: numberFlag(seed, { flag: '--seed', from: 0, whole: true }),
  };
}
