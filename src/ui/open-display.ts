import { canColour, canRedraw, createPalette } from './colours.js';
import type { TrainingDisplay } from './display.js';
import { createJsonLines } from './json-lines.js';
import type { Output } from './output.js';
import { createPlainLog } from './plain-log.js';
import { startSpinner } from './spinner.js';

export interface DisplayOptions {
  /** `json`: events on standard output; `progress`: for people, on standard error; `quiet`: only essential messages. */
  mode: 'json' | 'progress' | 'quiet';
  output: Output;
  errors: Output;
  /** The text that is shown until the first event. */
  loading: string;
  /** The time in seconds. */
  now: () => number;
}

/** The display for the output: a progress bar on a terminal, plain lines elsewhere. */
export async function openDisplay({ mode, output, errors, loading, now }: DisplayOptions): Promise<TrainingDisplay> {
  if (mode === 'quiet') return { onEvent: () => undefined, notice: (line) => void errors.line(line), close: () => undefined };
  if (mode === 'json') return createJsonLines({ output, errors });
  const palette = createPalette(canColour(errors));
  if (!canRedraw(errors)) return createPlainLog({ output: errors, palette, now });

  const { createProgressBar } = await import('./progress-bar.js');
  const bar = createProgressBar({ output: errors, palette, now });
  const spinner = await startSpinner(loading, errors);
  const afterSpinner = <T>(show: (value: T) => void) => {
    return (value: T) => {
      spinner.stop();
      show(value);
    };
  };
  return {
    onEvent: afterSpinner(bar.onEvent),
    notice: afterSpinner(bar.notice),
    close: () => afterSpinner(bar.close)(undefined),
  };
}
