import type { TextStream, TrainingDisplay } from './display.js';
import { lastingLine, startLines, stepLine } from './lines.js';
import { createRateMeter } from './rate.js';

export interface PlainLogOptions {
  stream: TextStream;
  /** The time in seconds. */
  now: () => number;
  /** Seconds between lines about steps. */
  interval?: number;
}

/** Progress for files, pipes and CI: a line every few seconds and for each event that matters, no escape codes. */
export function createPlainLog({ stream, now, interval = 5 }: PlainLogOptions): TrainingDisplay {
  const rate = createRateMeter(now);
  let lastLine = Number.NEGATIVE_INFINITY;
  let closed = false;
  const print = (line: string) => stream.write(`${line}\n`);

  return {
    onEvent(event) {
      if (closed) return;
      rate.observe(event);
      if (event.type === 'start') for (const line of startLines(event)) print(line);
      if (event.type === 'step') {
        const time = now();
        if (time - lastLine < interval && event.step < event.steps) return;
        lastLine = time;
        print(stepLine(event, rate.read()));
      }
      const line = lastingLine(event);
      if (line !== undefined) print(line);
    },
    notice: print,
    close() {
      closed = true;
    },
  };
}
