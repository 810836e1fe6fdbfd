import { UserError } from '../../foundation/errors.js';

/**
 * The allowed cost of building one expression. Every stage uses the same budget, so no combination of repetitions, classes and alternatives
 * takes more than a second or 200 MB.
 */
export interface Budget {
  /** @throws UserError usage when the budget is exceeded */
  spend(steps: number): void;
}

/** @param what names the expensive part in the error */
export function createBudget(steps: number, what: string): Budget {
  let left = steps;
  return {
    spend(count) {
      left -= count;
      if (left < 0) throw tooLarge(`${what} more than ${steps} steps`);
    },
  };
}

export function tooLarge(how: string): UserError {
  return new UserError('usage', `the regular expression is too large (${how}): make its counts smaller or its choices fewer`);
}
