/**
 * Exit codes of the command, one for each kind of error; 1 is reserved for bugs of ours. Codes from 128 on are those of shells for signals.
 */
export const ExitCode = {
  bug: 1,
  usage: 2,
  data: 3,
  model: 4,
  diverged: 5,
  locked: 6,
  disk: 7,
  hungUp: 129,
  interrupted: 130,
  unread: 141,
  terminated: 143,
} as const;

/** Throws an error that names the file and the problem. */
export type Fail = (problem: string) => never;

export type ErrorKind = 'usage' | 'data' | 'model' | 'diverged' | 'locked' | 'disk';

/**
 * An error that the user can act on. The message says what was found, where, what is allowed and what to do next; it is printed without a
 * stack trace, and the process exits with the code of its kind. Everything else that is thrown is a bug.
 */
export class UserError extends Error {
  readonly exitCode: number;

  constructor(
    readonly kind: ErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'UserError';
    this.exitCode = ExitCode[kind];
  }
}
