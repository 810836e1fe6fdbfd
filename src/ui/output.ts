/*
 * The one way by which text leaves the process. Strings are escaped here, so that no name, message or text of others drives a terminal;
 * TerminalText goes as it is. test/house-rules.test.ts lists the few files that may use the process's streams themselves.
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { TerminalTraits } from './colours.js';
import { codesOf, type TerminalText } from './terminal-text.js';
import { wrapLine } from './wrap.js';

/** Columns where the width is not known. */
const USUAL_WIDTH = 80;

/** Standard output or standard error. */
export interface Output extends TerminalTraits {
  /** For libraries that draw by themselves. */
  readonly stream: NodeJS.WriteStream;
  /** At least 1; 80 off a terminal, and on one that does not know its width. */
  readonly columns: number;
  /** Why nothing more can be written: the reader of a pipe is gone (EPIPE), the terminal is (EIO), the disk is full, ... */
  readonly failure: NodeJS.ErrnoException | undefined;
  /** Resolves to false when it could not be written. */
  write(text: string | TerminalText): Promise<boolean>;
  /** The same with a line feed, for people: on a terminal, lines are broken between words where the terminal would break them anywhere. */
  line(text: string | TerminalText): Promise<boolean>;
}

/** @param environment asked each time: `--no-color` changes it. */
export function createOutput(stream: NodeJS.WriteStream, environment: TerminalTraits['environment']): Output {
  const isTTY = stream.isTTY === true;
  if (isTTY) replaceNoWidth(stream);
  let failure: NodeJS.ErrnoException | undefined;
  stream.on('error', (error) => {
    failure ??= error;
  });

  function write(codes: string): Promise<boolean> {
    if (failure !== undefined) return Promise.resolve(false);
    return new Promise((resolve) => void stream.write(codes, (error) => resolve(!error)));
  }
  return {
    stream,
    isTTY,
    environment,
    get columns() {
      return (isTTY && stream.columns) || USUAL_WIDTH;
    },
    get failure() {
      return failure;
    },
    write: (text) => write(codesOf(text)),
    line(text) {
      const lines = codesOf(text).split(/\r?\n/);
      return write(`${(isTTY ? lines.map((line) => wrapLine(line, this.columns)) : lines).join('\n')}\n`);
    },
  };
}

/**
 * A terminal that was never told its size has 0 columns (`script` without a terminal, Python's pty, some CI), and libraries divide by
 * them: ora draws without end. Whoever asks the stream is given the usual width.
 */
function replaceNoWidth(stream: NodeJS.WriteStream): void {
  let { columns } = stream;
  Object.defineProperty(stream, 'columns', {
    get: () => columns || USUAL_WIDTH,
    set(value: number) {
      columns = value;
    },
    enumerable: true,
    configurable: true,
  });
}

/** Standard input, output and error, as far as they were terminals at the start. */
const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));

/**
 * Closes the descriptors of terminals that are gone. To be called as the process exits: Node.js restores the modes of its terminals then,
 * and aborts with a native stack trace when that fails because one was closed.
 */
export function closeLostTerminals(): void {
  for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
}

export const standardOutput = createOutput(process.stdout, process.env);
export const standardError = createOutput(process.stderr, process.env);

/** For what a person should read when both outputs are gone, as with Ctrl-C in `train 2>&1 | tee log`. Without a terminal it does nothing. */
export function writeToControllingTerminal(text: string | TerminalText): void {
  try {
    const file = openSync('/dev/tty', constants.O_WRONLY | constants.O_NOCTTY);
    try {
      writeSync(file, codesOf(text));
    } finally {
      closeSync(file);
    }
  } catch {
    // There is no terminal.
  }
}
