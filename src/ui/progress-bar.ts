import cliProgress from 'cli-progress';
import type { StartEvent, StepEvent } from '../train/events.js';
import type { Palette } from './colours.js';
import type { LineOutput, TrainingDisplay } from './display.js';
import { lastingLine, startLines } from './lines.js';
import { createLossMeter } from './loss-meter.js';
import { progressLine } from './progress-line.js';
import { createRateMeter } from './rate.js';
import { redrawnLine } from './redrawn-line.js';
import type { TerminalText } from './terminal-text.js';

export interface ProgressBarOptions {
  /** A terminal that interprets escape codes. Its width is read for each drawing, so that the bar adapts to changes. */
  output: LineOutput & { readonly columns: number; write(text: TerminalText): unknown };
  palette: Palette;
  /** The time in seconds. */
  now: () => number;
}

/**
 * A progress bar on the last line of the terminal; permanent lines are printed above it.
 *
 * It does not hide the cursor or change a mode of the terminal, so a killed process leaves the terminal usable.
 */
export function createProgressBar({ output, palette, now }: ProgressBarOptions): TrainingDisplay {
  const rate = createRateMeter(now);
  const loss = createLossMeter();
  let latest: StartEvent | StepEvent | undefined;
  let closed = false;

  const options: cliProgress.Options & { terminal: object } = {
    terminal: barTerminal(output),
    // One column stays free, because some terminals wrap when the last one is written.
    format: (_options, params) => {
      return latest === undefined ? '' : progressLine(latest, rate.read(), loss.read(), params.maxWidth - 1);
    },
    clearOnComplete: true,
    gracefulExit: false,
    hideCursor: null,
    linewrap: null,
  };
  const bar = new cliProgress.SingleBar(options);

  const show = () => latest !== undefined && bar.start(latest.steps, latest.step);
  const print = (lines: readonly (string | TerminalText)[]) => {
    bar.stop();
    for (const line of lines) output.line(line);
    if (!closed) show();
  };

  return {
    onEvent(event) {
      if (closed) return;
      rate.observe(event);
      loss.observe(event);
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

/** Replaces cli-progress's own terminal, which leaves parts of a line behind when the width changes. */
function barTerminal(output: ProgressBarOptions['output']): object {
  const nothing = () => undefined;
  return {
    isTTY: () => true,
    getWidth: () => output.columns,
    write: (line: string) => output.write(redrawnLine(line)),
    clearLine: () => output.write(redrawnLine('')),
    clearRight: nothing,
    cursorSave: nothing,
    cursorRestore: nothing,
    cursorTo: nothing,
    cursor: nothing,
    lineWrapping: nothing,
  };
}
