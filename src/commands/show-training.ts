import { ExitCode, UserError } from '../errors.js';
import { runTraining } from '../train/run-training.js';
import { openDisplay } from '../ui/open-display.js';
import { summaryLines } from '../ui/summary.js';
import { watchStopSignals } from './stop-signals.js';
import type { TrainArguments } from './train.js';
import { trainingPlan } from './training-plan.js';

/** Trains, shows how it goes, and says what it came to. */
export async function showTraining(args: TrainArguments): Promise<void> {
  if (args.json && args.quiet) throw new UserError('usage', '--json and --quiet: give one of them');
  const plan = trainingPlan(args);
  const mode = args.json ? 'json' : args.quiet ? 'quiet' : 'progress';
  const { stdout: output, stderr: errors, env: environment } = process;
  const display = await openDisplay({
    mode,
    colour: !args['no-color'],
    output,
    errors,
    environment,
    loading: 'reading the corpus',
    now: () => performance.now() / 1000,
  });
  const say = (line: string) => mode !== 'quiet' && errors.write(`${line}\n`);
  const signals = watchStopSignals((signal) => {
    display.close();
    say(`${signal}: stopping after this step, with a checkpoint; once more ends at once`);
  });
  try {
    const end = await runTraining({
      ...plan,
      onEvent: display.onEvent,
      onNotice: display.notice,
      stopRequested: () => signals.received !== undefined,
    });
    display.close();
    if (mode === 'progress') for (const line of summaryLines(end, plan.directory)) say(line);
    if (end.reason === 'interrupted')
      process.exitCode = signals.received === 'SIGTERM' ? ExitCode.terminated : ExitCode.interrupted;
  } finally {
    display.close();
    signals.ignore();
  }
}
