import { untranslatedSystemError } from '../checkpoint/system-error.js';
import { ExitCode, UserError } from '../errors.js';
import { terminalSafe } from '../sample/terminal-safe.js';

/**
 * What is said when a command ends with an error, and the exit code that tells whose trouble it is. A message may name a file, and a
 * file may be named anything: what would drive the terminal is shown, not sent.
 */
export function describeFailure(error: unknown): { text: string; exitCode: number } {
  const known = error instanceof UserError ? error : untranslatedSystemError(error);
  if (known) return { text: `textloom: ${terminalSafe(known.message)}\n`, exitCode: known.exitCode };
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const plea = 'textloom: this is a bug in Textloom. Please report it, with the command and the lines above.';
  return { text: `${terminalSafe(trace)}\n\n${plea}\n`, exitCode: ExitCode.bug };
}
