import { createPalette, type Palette } from './colours.js';
import type { LineOutput, TrainingDisplay } from './display.js';
import { lastingLine, startLines, stepLine } from './lines.js';
import { createLossMeter } from './loss-meter.js';
import { createRateMeter } from './rate.js';

export interface PlainLogOptions {
  output: LineOutput;
  /** Default: no colours. */
  palette?: Palette;
  /** The time in seconds. */
  now: () => number;
  /** Seconds between lines about steps. */
  interval?: number;
}

/** Progress for files, pipes and CI: a line every few seconds and for each important event; nothing is redrawn. */
export function createPlainLog({
  output,
  palette = createPalette(false),
  now,
  interval = 5,
}: PlainLogOptions): TrainingDisplay {
  const rate = createRateMeter(now);
  const loss = createLossMeter();
  let lastLine = Number.NEGATIVE_INFINITY;
  let closed = false;

  return {
    onEvent(event) {
      if (closed) return;
      rate.observe(event);
      loss.observe(event);
      if (event.type === 'start') for (const line of startLines(event, palette)) output.line(line);
      if (event.type === 'step') {
        const time = now();
        if (time - lastLine < interval && event.step < event.steps) return;
        lastLine = time;
        output.line(stepLine(event, rate.read(), loss.read()));
      }
      const line = lastingLine(event, palette);
      if (line !== undefined) output.line(line);
    },
    notice: (message) => void output.line(message),
    close() {
      closed = true;
    },
  };
}
