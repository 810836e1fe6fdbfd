import { untranslatedSystemError } from '../../files/system-errors.js';
import { ExitCode, UserError } from '../../foundation/errors.js';

/** The message for an error that ends a command, and the exit code of its kind. */
export function describeFailure(error: unknown): { text: string; exitCode: number } {
  const known = error instanceof UserError ? error : untranslatedSystemError(error);
  if (known) return { text: `textloom: ${known.message}`, exitCode: known.exitCode };
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const plea = 'textloom: this is a bug in Textloom. Please report it, with the command and the lines above.';
  return { text: `${trace}\n\n${plea}`, exitCode: ExitCode.bug };
}

/**
 * The exit code when the output is no longer read: the terminal was closed (a SIGHUP may follow), or the reader of a pipe has stopped early
 * (`| head`). Undefined for other failures.
 */
export function unreadExitCode({ code }: NodeJS.ErrnoException): number | undefined {
  if (code === 'EIO') return ExitCode.hungUp;
  return code === 'EPIPE' || code === 'ECONNRESET' ? ExitCode.unread : undefined;
}

export function describeOutputFailure({ message }: NodeJS.ErrnoException): string {
  return `cannot write the output: ${message}`;
}
