import { UserError } from '../errors.js';
import { terminalSafe, terminalSafeJson } from '../sample/terminal-safe.js';
import { forecastTraining } from '../train/forecast-training.js';
import { canColour, canRedraw } from '../ui/colours.js';
import { startSpinner } from '../ui/spinner.js';
import { describeForecast } from './describe-forecast.js';
import { createTextOutput } from './text-output.js';
import type { TrainArguments } from './train.js';
import { trainingPlan } from './training-plan.js';

/** Shows what a training run would be, and writes nothing. */
export async function showForecast(args: TrainArguments): Promise<void> {
  if (args.quiet) throw new UserError('usage', '--dry-run and --quiet: a plan is there to be shown; give one of them');
  const plan = trainingPlan(args);
  const { stderr, stdout, env: environment } = process;
  const traits = { isTTY: stderr.isTTY === true, environment, colour: !args['no-color'] };
  const spinner = canRedraw(traits) ? await startSpinner('measuring a few steps', stderr, canColour(traits)) : undefined;
  try {
    const forecast = await forecastTraining({
      ...plan,
      now: () => performance.now() / 1000,
      peakMemory: () => process.resourceUsage().maxRSS * 1024,
    });
    spinner?.stop();
    const output = createTextOutput(stdout, () => performance.now());
    await output.write(args.json ? `${terminalSafeJson(forecast)}\n` : terminalSafe(`${describeForecast(forecast)}\n`));
    await output.flush();
  } finally {
    spinner?.stop();
  }
}
