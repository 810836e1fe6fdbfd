import { canColour, canRedraw, createPalette } from './colours.js';
import type { TrainingDisplay } from './display.js';
import { createJsonLines } from './json-lines.js';
import { createPlainLog } from './plain-log.js';
import { startSpinner } from './spinner.js';

export interface DisplayOptions {
  /** `json`: events on standard output; `progress`: for people, on standard error; `quiet`: only what must be known. */
  mode: 'json' | 'progress' | 'quiet';
  /** False after --no-color. */
  colour: boolean;
  output: NodeJS.WriteStream;
  errors: NodeJS.WriteStream;
  environment: Readonly<Record<string, string | undefined>>;
  /** What is going on until the first event. */
  loading: string;
  /** The time in seconds. */
  now: () => number;
}

/** The display for where the output goes: a progress bar on a terminal, plain lines elsewhere. */
export async function openDisplay({
  mode,
  colour,
  output,
  errors,
  environment,
  loading,
  now,
}: DisplayOptions): Promise<TrainingDisplay> {
  if (mode === 'quiet')
    return { onEvent: () => undefined, notice: (line) => errors.write(`${line}\n`), close: () => undefined };
  if (mode === 'json') return createJsonLines({ output, errors });
  const traits = { isTTY: errors.isTTY === true, environment, colour };
  if (!canRedraw(traits)) return createPlainLog({ stream: errors, now });

  const { createProgressBar } = await import('./progress-bar.js');
  const bar = createProgressBar({ stream: errors, palette: createPalette(canColour(traits)), now });
  const spinner = await startSpinner(loading, errors, canColour(traits));
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
