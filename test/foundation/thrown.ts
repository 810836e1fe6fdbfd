import { UserError } from '../../src/foundation/errors.js';

/** The UserError that a call ends with; any other end fails the test. */
export function userErrorOf(call: () => unknown): UserError {
  try {
    call();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw new Error('threw something other than a UserError', { cause: error });
  }
  throw new Error('threw nothing');
}
