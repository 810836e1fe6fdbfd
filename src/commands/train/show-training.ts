import { nextTurn } from '../../foundation/next-turn.js';
import type { EndEvent } from '../../train/events.js';
import { runTraining } from '../../train/run-training.js';
import { openDisplay } from '../../ui/open-display.js';
import { standardError, standardOutput, writeToControllingTerminal } from '../../ui/output.js';
import { unreadExitCode } from '../shared/describe-failure.js';
import { type StopSignal, signalExitCodes, watchStopSignals } from '../shared/stop-signals.js';
import type { TrainingPlan } from './training-plan.js';

/** What the user sees of a training. */
export type TrainingMode = 'progress' | 'json' | 'quiet';

/**
 * Trains one model, shows the progress, and reports the results. A signal, or output that can no longer be written (its reader or the
 * terminal is gone, the disk is full), stops the run in an orderly way: the step is finished and a checkpoint is written.
 *
 * @param summarize the lines that report the results
 */
export async function showTraining(
  plan: TrainingPlan,
  mode: TrainingMode,
  summarize: (end: EndEvent) => string[],
): Promise<EndEvent> {
  const now = () => performance.now() / 1000;
  const display = await openDisplay({
    mode,
    output: standardOutput,
    errors: standardError,
    loading: 'reading the corpus',
    now,
  });
  const signals = watchStopSignals((signal) => {
    display.close();
    if (mode === 'quiet') return;
    standardError.line(`${signal}: stopping after this step, with a checkpoint; a second signal stops it immediately`);
  });
  try {
    const end = await runTraining({
      ...plan,
      now,
      wallTime: () => Date.now() / 1000,
      onEvent: display.onEvent,
      onNotice: display.notice,
      stopRequested: () => signals.received !== undefined || (standardError.failure ?? standardOutput.failure) !== undefined,
    });
    display.close();
    // Ctrl-C also ends the readers of a pipe, so its signal may arrive after the failure that they caused.
    await nextTurn();
    await nextTurn();
    if (mode === 'progress' || end.reason === 'interrupted') {
      const lines = mode === 'quiet' ? [] : [...reasonLines(signals.received), ...summarize(end)];
      await deliver(lines, { jsonOutput: mode === 'json', atTerminal: signals.received === 'SIGINT' });
    }
    if (end.reason === 'interrupted' && signals.received !== undefined) process.exitCode = signalExitCodes[signals.received];
    return end;
  } finally {
    display.close();
    signals.ignore();
  }
}

/** The reason for a run that stopped without a request. */
function reasonLines(signal: StopSignal | undefined): string[] {
  const failure = standardOutput.failure ?? standardError.failure;
  // The message of the exit code reports a full disk.
  if (failure === undefined || signal !== undefined || unreadExitCode(failure) === undefined) return [];
  return ['the reader of the output has ended: the run is stopped'];
}

interface Places {
  /** Whether standard output contains only JSON lines. */
  readonly jsonOutput: boolean;
  /** Whether the user who stopped the run is at the terminal. */
  readonly atTerminal: boolean;
}

/** Shows how a run ended where it can be read: on standard error or, if that failed, on standard output or the terminal. */
async function deliver(lines: readonly string[], { jsonOutput, atTerminal }: Places): Promise<void> {
  for (const output of jsonOutput ? [standardError] : [standardError, standardOutput]) {
    let written = true;
    // The last line may be a command, which is not broken so that it can be copied.
    for (const [i, line] of lines.entries())
      written &&= await (i < lines.length - 1 ? output.line(line) : output.write(`${line}\n`));
    if (written) return;
  }
  // The cursor is after the `^C` that the terminal shows.
  if (atTerminal) writeToControllingTerminal(`\n${lines.join('\n')}\n`);
}
