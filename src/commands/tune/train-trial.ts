import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { nodeFileSystem } from '../../files/file-system.js';
import { isLocked } from '../../files/lock.js';
import { type ErrorKind, ExitCode, UserError } from '../../foundation/errors.js';
import { deleteFile } from '../../run/guarded-files.js';
import { listCheckpoints, runLayout } from '../../run/run-directory.js';
import { readSessions } from '../../run/sessions-log.js';
import type { TuningResult } from '../../tune/tuning-run.js';

/** A training in a process of its own. */
export interface TrialProcess {
  /** How it ended; `stopped` with a checkpoint. @throws UserError when it failed for another reason than divergence */
  readonly ended: Promise<TuningResult | 'stopped'>;
  /** Requests an orderly stop. */
  stop(): void;
}

interface Trial {
  /** The config file, and the run directory. */
  readonly config: string;
  readonly directory: string;
  readonly threads: number;
  /** The time in seconds. */
  readonly now: () => number;
}

/** Seconds that a run directory may be in use by the process of a search that was killed, until it notices that. */
const PATIENCE = 60;
/** The most characters of an error message that are kept. */
const MOST_CHARACTERS = 10_000;

/**
 * Removes the checkpoints after a step, so that the run continues from there.
 *
 * @param step -1: the run begins anew
 */
export function cutCheckpoints(directory: string, step: number): void {
  const checkpoints = listCheckpoints(runLayout(directory).checkpoints);
  for (const checkpoint of checkpoints) if (checkpoint.step > step) deleteFile(nodeFileSystem, checkpoint.path);
}

/**
 * Trains with `textloom train`, from the latest checkpoint in the run directory or from the beginning.
 *
 * The process has a process group of its own, so that Ctrl-C reaches only the search, which then stops it. When the search is killed, the
 * process cannot write its events any more, and stops with a checkpoint.
 */
export function trainTrial({ config, directory, threads, now }: Trial): TrialProcess {
  let child: ChildProcess | undefined;
  let stopped = false;
  const run = async (): Promise<TuningResult | 'stopped'> => {
    const layout = runLayout(directory);
    const deadline = now() + PATIENCE;
    while (isLocked(layout.lock) && now() < deadline && !stopped) await wait(50);
    if (stopped) return 'stopped';
    const begun = now();
    const from = listCheckpoints(layout.checkpoints)[0]?.step;
    const start = from === undefined ? '--overwrite' : '--resume';
    const flags = ['--output', directory, start, '--threads', String(threads), '--skip-final', '--json'];
    child = spawn(process.execPath, [process.argv[1]!, 'train', config, ...flags], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { code, signal, errors } = await endOf(child);
    const end = readSessions(layout.sessions).at(-1);
    const seconds = now() - begun;
    if (code === ExitCode.diverged) return { loss: Number.POSITIVE_INFINITY, steps: stepOf(end) - (from ?? 0), seconds };
    if (stopped && (signal !== null || code === null || code >= 128)) return 'stopped';
    if (code === 0 && end?.type === 'end' && end.reason !== 'interrupted' && end.bestValidationLoss !== undefined)
      return { loss: end.bestValidationLoss, steps: end.step - (from ?? 0), seconds };
    throw trialError(directory, errors, code ?? signal);
  };
  return {
    ended: run(),
    stop() {
      if (!stopped) child?.kill('SIGTERM');
      stopped = true;
    },
  };
}

const stepOf = (line: ReturnType<typeof readSessions>[number] | undefined) => (line?.type === 'end' ? line.step : 0);

interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to standard error. */
  readonly errors: string;
}

function endOf(child: ChildProcess): Promise<ChildEnd> {
  let errors = '';
  child.stdout?.resume();
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = `${errors}${text}`.slice(-MOST_CHARACTERS);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, errors }));
  });
}

/** The error with which a training ended, as an error of the search. */
function trialError(directory: string, errors: string, end: number | string | null): Error {
  const kinds: readonly ErrorKind[] = ['usage', 'data', 'model', 'locked', 'disk'];
  const kind = kinds.find((one) => ExitCode[one] === end);
  const message = errors
    .split(/^textloom: /m)
    .slice(1)
    .at(-1);
  if (kind !== undefined && message !== undefined) return new UserError(kind, `${directory}: ${message.trimEnd()}`);
  if (typeof end === 'string' || end === null || end >= 128)
    return new UserError(
      'usage',
      `the training in ${directory} was stopped by a signal (${end}) from outside; continue the search with --resume`,
    );
  return new Error(`the training in ${directory} ended with ${end}:\n${errors}`);
}
