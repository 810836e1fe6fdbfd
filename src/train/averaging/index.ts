import type { OptionValues } from '../../foundation/options.js';
import type { Averaging, AveragingDeclaration } from './averaging.js';
import { exponentialAverage } from './exponential.js';
import { noAveraging } from './none.js';
import { nonMonotoneAverage } from './nt-asgd.js';
import { tailAverage } from './tail.js';

/** The registry of averaging rules. A new rule is its file and a line here; the first is the default. */
export const averagings: readonly AveragingDeclaration[] = [noAveraging, exponentialAverage, tailAverage, nonMonotoneAverage];

/** A rule as a resolved config names it: its type and the values of its options. */
export type AveragingChoice = OptionValues & { readonly type: string };

/** The rule of a config; undefined for none. */
export function averagingFor(choice: AveragingChoice): Averaging | undefined {
  return averagings.find(({ type }) => type === choice.type)!.create(choice);
}
