import { cpSync, rmSync } from 'node:fs';
import type { Random } from '../../src/foundation/random.js';
import type { CommandOutcome } from './run-command.js';

/** What became of a mutant. A defect is a bug of ours: a stack trace, an unknown exit code, or something wrong that was accepted. */
export interface Verdict {
  readonly kind: 'accepted' | 'refused' | 'defect';
  /** Of a defect: what is wrong, and how the mutant was made. */
  readonly note?: string;
}

/** Makes and tries mutants of one kind of input. */
export interface Fuzzer {
  /** One case. All that is random comes from the argument, so that it can be repeated. */
  runCase(random: Random): Promise<Verdict>;
}

/** @param folder an empty folder for the fuzzer's files; what is in `case/` afterwards is kept with a defect */
export type Area = (folder: string) => Promise<Fuzzer>;

/** What must become of a mutant. `any`: it is refused, or it is a valid input of other content. */
export type Expectation = 'refused' | 'any';

/** A changed input. */
export interface Mutant {
  readonly bytes: Uint8Array;
  readonly expected: Expectation;
  /** What was done to it, for a report. */
  readonly changes: readonly string[];
}

/** Exit codes of commands that did what they could: done, and every kind of `UserError`. */
const knownCodes = [0, 2, 3, 4, 5, 6, 7];

/** A stack trace, or characters that could drive a terminal. */
const trace = /\n\s+at .*:\d+:\d+/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const unsafe = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

/** Judges how a command ended. @param changes how the mutant was made */
export function judge({ code, stdout, stderr }: CommandOutcome, expected: Expectation, changes: readonly string[]): Verdict {
  const problem =
    trace.test(stderr) || !knownCodes.includes(code)
      ? `exit code ${code}`
      : unsafe.test(stderr)
        ? 'control characters on standard error'
        : unsafe.test(stdout)
          ? 'control characters on standard output'
          : code !== 0 && !stderr.startsWith('textloom: ') && !stderr.includes('\ntextloom: ')
            ? `exit code ${code} without a message`
            : code === 0 && expected === 'refused'
              ? 'accepted'
              : undefined;
  if (problem === undefined) return { kind: code === 0 ? 'accepted' : 'refused' };
  return defect(`${problem}: ${JSON.stringify((stderr || stdout).slice(0, 1500))}`, changes);
}

export function defect(problem: string, changes: readonly string[]): Verdict {
  return { kind: 'defect', note: `${problem}\n  changes: ${changes.join('; ').slice(0, 600)}` };
}

/** Keeps the files of a case that shows a defect. */
export function keepCase(folder: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  cpSync(folder, to, { recursive: true });
}
