import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { UserError } from '../../foundation/errors.js';
import { terminalSafe } from '../../foundation/terminal-safe.js';

/** Asks the user questions, line by line. */
export interface Asker {
  say(line: string): void;
  /**
   * Asks until the answer is valid.
   *
   * @param proposal the value of an empty answer
   * @param use converts an answer; if it throws a UserError, that is shown and the question is asked again
   * @throws {@link NoAnswer}
   */
  ask<T>(question: string, proposal: string | undefined, use: (answer: string) => T | Promise<T>): Promise<T>;
  close(): void;
}

/** The input has ended, or the user pressed Ctrl-C. */
export class NoAnswer extends Error {}

export function createAsker(input: Readable, output: Writable): Asker {
  const lines = createInterface({ input, output, terminal: 'isTTY' in input && input.isTTY === true });
  const ended = new AbortController();
  lines.on('close', () => ended.abort());
  const say = (line: string) => void output.write(`${terminalSafe(line)}\n`);
  return {
    say,
    async ask(question, proposal, use) {
      for (;;) {
        const typed = await lines
          .question(terminalSafe(`${question}${proposal === undefined ? '' : ` [${proposal}]`}: `), { signal: ended.signal })
          .catch((error: unknown) => {
            if (ended.signal.aborted) throw new NoAnswer();
            throw error;
          });
        const answer = typed.trim() === '' ? proposal : typed.trim();
        if (answer === undefined) continue;
        try {
          return await use(answer);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          say(error.message);
        }
      }
    },
    close: () => lines.close(),
  };
}
