import { UserError } from '../../foundation/errors.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { findRate } from '../../train/find-rate.js';
import { canRedraw } from '../../ui/colours.js';
import { standardError, standardOutput } from '../../ui/output.js';
import { startSpinner } from '../../ui/spinner.js';
import { reportWidth } from '../shared/report-lines.js';
import type { TrainArguments } from './arguments.js';
import { describeRateTest } from './describe-rate-test.js';
import { onlyRun, trainingPlan } from './training-plan.js';

/** Shows how the loss depends on the learning rate, and proposes a rate, without writing anything. */
export async function showRateTest(args: TrainArguments): Promise<void> {
  for (const flag of ['quiet', 'resume', 'overwrite', 'dry-run', 'skip-final', 'budget'] as const)
    if (args[flag])
      throw new UserError(
        'usage',
        `--find-rate and --${flag}: the test starts with a new model, prints its result and writes no run; leave --${flag} out`,
      );
  const { config, threads } = trainingPlan(onlyRun(args, '--find-rate'));
  const spinner = canRedraw(standardError) ? await startSpinner('raising the learning rate', standardError) : undefined;
  try {
    const found = await findRate({ config, threads, now: () => performance.now() / 1000 });
    spinner?.stop();
    const { learningRate } = config.training.optimizer;
    await (args.json
      ? standardOutput.write(`${terminalSafeJson({ ...found, configured: learningRate })}\n`)
      : standardOutput.line(describeRateTest(found, learningRate, reportWidth(standardOutput))));
  } finally {
    spinner?.stop();
  }
}
