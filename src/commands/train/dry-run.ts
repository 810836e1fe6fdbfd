import { UserError } from '../../foundation/errors.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { forecastTraining } from '../../train/forecast.js';
import { canRedraw } from '../../ui/colours.js';
import { standardError, standardOutput } from '../../ui/output.js';
import { startSpinner } from '../../ui/spinner.js';
import { reportWidth } from '../shared/report-lines.js';
import type { TrainArguments } from './arguments.js';
import { describeForecast } from './describe-forecast.js';
import { onlyRun, type TrainingPlan, trainingPlan } from './training-plan.js';

/** Shows the forecast of a training run, without writing anything. */
export async function showForecast(args: TrainArguments): Promise<void> {
  checkForecast(args);
  await showForecastOf(trainingPlan(onlyRun(args, '--dry-run')), args);
}

/** @throws UserError usage for flags that conflict with --dry-run */
export function checkForecast(args: TrainArguments): void {
  if (args.quiet) throw new UserError('usage', '--dry-run and --quiet: --quiet would hide the plan; give one of them');
  if (args['skip-final'])
    throw new UserError('usage', '--dry-run and --skip-final: the plan ends before; leave --skip-final out');
}

/** As the first process of its team, if it has one. */
export async function showForecastOf(plan: TrainingPlan, { json }: Pick<TrainArguments, 'json'>): Promise<void> {
  const spinner = canRedraw(standardError) ? await startSpinner('measuring a few steps', standardError) : undefined;
  try {
    const forecast = await forecastTraining({
      ...plan,
      now: () => performance.now() / 1000,
      peakMemory: () => process.resourceUsage().maxRSS * 1024,
    });
    spinner?.stop();
    await (json
      ? standardOutput.write(`${terminalSafeJson(forecast)}\n`)
      : standardOutput.line(describeForecast(forecast, reportWidth(standardOutput))));
  } finally {
    spinner?.stop();
  }
}
