import cliProgress from 'cli-progress';
import type { StartEvent, StepEvent } from '../train/events.js';
import type { Palette } from './colours.js';
import type { TrainingDisplay } from './display.js';
import { lastingLine, startLines } from './lines.js';
import { progressLine } from './progress-line.js';
import { createRateMeter } from './rate.js';

export interface ProgressBarOptions {
  /** A terminal that understands escape codes. Its width is asked anew for each drawing, so that the bar follows it. */
  stream: NodeJS.WritableStream & { columns?: number };
  palette: Palette;
  /** The time in seconds. */
  now: () => number;
}

/**
 * A bar at the bottom of the terminal; what shall stay on the screen is printed above it.
 *
 * It hides no cursor and changes no mode of the terminal, so a killed process leaves nothing to be repaired.
 */
export function createProgressBar({ stream, palette, now }: ProgressBarOptions): TrainingDisplay {
  const rate = createRateMeter(now);
  let latest: StartEvent | StepEvent | undefined;
  let closed = false;

  const bar = new cliProgress.SingleBar({
    stream,
    // One column is left free: some terminals wrap when the last one is written to.
    format: (_options, params) => (latest === undefined ? '' : progressLine(latest, rate.read(), params.maxWidth - 1)),
    clearOnComplete: true,
    gracefulExit: false,
    hideCursor: null,
    linewrap: true,
  });

  const show = () => latest !== undefined && bar.start(latest.steps, latest.step);
  const print = (lines: readonly string[]) => {
    bar.stop();
    for (const line of lines) stream.write(`${line}\n`);
    if (!closed) show();
  };

  return {
    onEvent(event) {
      if (closed) return;
      rate.observe(event);
      if (event.type === 'start') {
        latest = event;
        print(startLines(event, palette));
      } else if (event.type === 'step') {
        latest = event;
        bar.update(event.step);
      } else {
        const line = lastingLine(event, palette);
        if (line !== undefined) print([line]);
      }
    },
    notice: (message) => print([message]),
    close() {
      closed = true;
      bar.stop();
    },
  };
}
