import { UserError } from '../../foundation/errors.js';

/**
 * What one expression may cost to build. Every stage draws on it, so that no combination of repetitions, classes and choices
 * takes more than a second or 200 MB.
 */
export interface Budget {
  /** @throws UserError usage when more is spent than there is. */
  spend(steps: number): void;
}

/** @param what takes more steps than there are, in the error. */
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
