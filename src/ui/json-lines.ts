import { terminalSafeJson } from '../foundation/terminal-safe.js';
import type { LineOutput, TrainingDisplay } from './display.js';

export interface JsonLinesOptions {
  /** The destination of events. */
  output: { write(text: string): unknown };
  /** The destination of messages. */
  errors: LineOutput;
}

/** Each event as one line of JSON, for programs. */
export function createJsonLines({ output, errors }: JsonLinesOptions): TrainingDisplay {
  return {
    onEvent: (event) => void output.write(`${terminalSafeJson(event, 0)}\n`),
    notice: (message) => void errors.line(message),
    close: () => undefined,
  };
}
