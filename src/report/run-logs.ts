import { closeSync, readSync } from 'node:fs';
import { openRegularFile } from '../files/regular-file.js';
import { isSystemError, systemReason } from '../files/system-errors.js';
import { UserError } from '../foundation/errors.js';
import { type JsonValue, memberOf, parseStrictJson } from '../foundation/strict-json.js';

/** The most bytes of a line: more than the longest sample that a config allows. */
const LONGEST_LINE = 64 * 1024 * 1024;
const PIECE = 64 * 1024;

/**
 * Reads a log of a run, metrics.jsonl or samples.jsonl, line by line. Nothing in it is trusted. A last line without a line end is not
 * read: a run that is being trained is still writing it, or a killed run did not complete it.
 *
 * @param interpret gets each line; a SyntaxError that it throws is reported with file and line
 * @throws UserError `model` naming file and line for a line that is invalid, `disk` for a file that this user may not read
 */
export function* readRunLog<T>(path: string, interpret: (line: JsonValue) => T): Generator<T> {
  let number = 0;
  const fail = (problem: string) => new UserError('model', `${path}:${number}: ${problem}`);
  for (const bytes of completeLines(path, () => fail(`the line has more than ${LONGEST_LINE} bytes`))) {
    number++;
    try {
      yield interpret(parseStrictJson(decode(bytes)));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw fail(error.message);
    }
  }
}

/** The step of a line. @throws SyntaxError when it has none */
export function stepIn(line: JsonValue): number {
  const step = memberOf(line, 'step');
  if (typeof step === 'number' && Number.isSafeInteger(step) && step >= 0) return step;
  throw new SyntaxError('its step is not a whole number from 0');
}

/** Checks that the steps of lines do not decrease, as those of one run do. */
export function ascendingSteps<T extends { readonly step: number }>(interpret: (line: JsonValue) => T): (line: JsonValue) => T {
  let last = 0;
  return (line) => {
    const found = interpret(line);
    if (found.step < last) throw new SyntaxError(`step ${found.step} comes after step ${last}`);
    last = found.step;
    return found;
  };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SyntaxError('it is not UTF-8');
  }
}

/** The lines that end with a line end, without it. */
function* completeLines(path: string, tooLong: () => UserError): Generator<Buffer> {
  const descriptor = opened(path);
  try {
    const piece = Buffer.alloc(PIECE);
    let begun: Buffer[] = [];
    let length = 0;
    for (;;) {
      const read = readSync(descriptor, piece, 0, PIECE, null);
      if (read === 0) return;
      let start = 0;
      for (let end = piece.indexOf(0x0a); end >= 0 && end < read; end = piece.indexOf(0x0a, start)) {
        yield Buffer.concat([...begun, piece.subarray(start, end)]);
        begun = [];
        length = 0;
        start = end + 1;
      }
      begun.push(Buffer.from(piece.subarray(start, read)));
      length += read - start;
      if (length > LONGEST_LINE) throw tooLong();
    }
  } finally {
    closeSync(descriptor);
  }
}

function opened(path: string): number {
  try {
    return openRegularFile(path).descriptor;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT') throw new UserError('model', `${path} does not exist`, { cause: error });
    throw new UserError('disk', `${path} cannot be read: ${systemReason(error)}`, { cause: error });
  }
}
