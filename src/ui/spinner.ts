import { canColour } from './colours.js';
import type { Output } from './output.js';

/** Something that turns while nothing can be said yet. */
export interface Spinner {
  /** Takes it off the screen; a second call does nothing. */
  stop(): void;
}

/** @param output a terminal that understands escape codes: ora itself does not look whether it is one. */
export async function startSpinner(text: string, output: Output): Promise<Spinner> {
  const { default: ora } = await import('ora');
  // The cursor stays and standard input is left alone: both would put ora between a person's Ctrl-C and this process.
  const spinner = ora({
    // A line that is broken by a narrow terminal could not be taken off it again.
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
