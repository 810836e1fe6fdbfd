import { canColour } from './colours.js';
import type { Output } from './output.js';

/** A spinner for the time before the first message. */
export interface Spinner {
  /** Removes it from the screen; a second call has no effect. */
  stop(): void;
}

/** @param output a terminal that interprets escape codes; ora does not check this */
export async function startSpinner(text: string, output: Output): Promise<Spinner> {
  const { default: ora } = await import('ora');
  // The cursor is not hidden and standard input is not used: ora would otherwise handle Ctrl-C before this process.
  const spinner = ora({
    // A line that a narrow terminal wraps could not be removed.
    text: text.slice(0, Math.max(0, output.columns - 4)),
    stream: output.stream,
    color: canColour(output) ? 'cyan' : false,
    isEnabled: true,
    hideCursor: false,
    discardStdin: false,
  });
  spinner.start();
  return { stop: () => void (spinner.isSpinning && spinner.stop()) };
}
