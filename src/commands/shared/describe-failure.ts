import { untranslatedSystemError } from '../../files/system-errors.js';
import { ExitCode, UserError } from '../../foundation/errors.js';

/** What is said when a command ends with an error, and the exit code that tells whose trouble it is. */
export function describeFailure(error: unknown): { text: string; exitCode: number } {
  const known = error instanceof UserError ? error : untranslatedSystemError(error);
  if (known) return { text: `textloom: ${known.message}`, exitCode: known.exitCode };
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const plea = 'textloom: this is a bug in Textloom. Please report it, with the command and the lines above.';
  return { text: `${trace}\n\n${plea}`, exitCode: ExitCode.bug };
}

/**
 * The exit code when nobody reads the output any more: the terminal was closed, of which SIGHUP may tell later, or the reader of a pipe
 * has seen enough (`| head`). Undefined for other failures.
 */
export function unreadExitCode({ code }: NodeJS.ErrnoException): number | undefined {
  if (code === 'EIO') return ExitCode.hungUp;
  return code === 'EPIPE' || code === 'ECONNRESET' ? ExitCode.unread : undefined;
}

export function describeOutputFailure({ message }: NodeJS.ErrnoException): string {
  return `cannot write the output: ${message}`;
}
