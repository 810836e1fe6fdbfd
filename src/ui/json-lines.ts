import type { TextStream, TrainingDisplay } from './display.js';

export interface JsonLinesOptions {
  /** Gets the events. */
  output: TextStream;
  /** Gets what is said beside them. */
  errors: TextStream;
}

/** Each event as one line of JSON, for programs. */
export function createJsonLines({ output, errors }: JsonLinesOptions): TrainingDisplay {
  return {
    onEvent: (event) => void output.write(`${JSON.stringify(event)}\n`),
    notice: (message) => void errors.write(`${message}\n`),
    close: () => undefined,
  };
}
