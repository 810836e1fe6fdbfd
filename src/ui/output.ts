/*
 * All text leaves the process here. Strings are escaped, so that no name, message or text from elsewhere can control a terminal; a
 * TerminalText is written unchanged. test/house-rules.test.ts lists the few files that may use the process's streams themselves.
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { TerminalTraits } from './colours.js';
import { codesOf, type TerminalText } from './terminal-text.js';
import { wrapLine } from './wrap.js';

/** Columns and rows of an output with unknown size. */
const USUAL_WIDTH = 80;
const USUAL_HEIGHT = 24;

/** Standard output or standard error. */
export interface Output extends TerminalTraits {
  /** For libraries that draw on the stream themselves. */
  readonly stream: NodeJS.WriteStream;
  /** At least 1; 80 when the stream is not a terminal or its width is unknown. */
  readonly columns: number;
  /** At least 1; 24 when the stream is not a terminal or its height is unknown. */
  readonly rows: number;
  /** Why nothing more can be written: the reader of a pipe has ended (EPIPE), the terminal was closed (EIO), the disk is full, ... */
  readonly failure: NodeJS.ErrnoException | undefined;
  /** Resolves to false when it could not be written. */
  write(text: string | TerminalText): Promise<boolean>;
  /** Writes text and a line feed, for people: on a terminal, lines are broken between words. */
  line(text: string | TerminalText): Promise<boolean>;
}

/** @param environment read at each use, because `--no-color` changes it */
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
    get rows() {
      return (isTTY && stream.rows) || USUAL_HEIGHT;
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
 * A terminal whose size was never set has 0 columns (`script` without a terminal, Python's pty, some CI). Libraries divide by them; ora
 * then draws without end. The stream therefore reports the usual width instead.
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

/** The descriptors of standard input, output and error that were terminals at the start. */
const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));

/**
 * Closes the descriptors of terminals that were closed. Must be called when the process exits: Node.js then restores the modes of its
 * terminals, and aborts with a native stack trace if one of them was closed.
 */
export function closeLostTerminals(): void {
  for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
}

export const standardOutput = createOutput(process.stdout, process.env);
export const standardError = createOutput(process.stderr, process.env);

/**
 * For messages that must be seen although both outputs have failed, as with Ctrl-C in `train 2>&1 | tee log`. Without a terminal it has no
 * effect.
 */
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
