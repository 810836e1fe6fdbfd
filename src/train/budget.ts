import { resolveConfig } from '../config/resolve.js';
import type { NamedEngineConfig, ResolvedConfig } from '../config/types.js';
import { parseDuration } from '../foundation/duration.js';
import { openEngine, type Threads } from './engines.js';
import type { BudgetEvent } from './events.js';
import { createMeasurement } from './measure-training.js';
import { beginTraining, type PreparedRun } from './prepare-run.js';
import { freshState } from './training-state.js';

interface BudgetOptions {
  /** The config, with the engine chosen. */
  readonly config: ResolvedConfig & { readonly engine: NamedEngineConfig };
  readonly prepared: PreparedRun;
  readonly threads: Threads;
  /** The time in seconds, and its value when the run began: reading the text counts as well. */
  readonly now: () => number;
  readonly begun: number;
  readonly onEvent: (event: BudgetEvent) => void;
}

/** Steps of the measuring run, which is stopped long before. */
const ENDLESS = 1_000_000_000_000;

/**
 * Replaces `training.budget` by `training.steps`: the number of steps that fit into the remaining time, at the speed of real steps and a
 * validation, which are measured and discarded. A config without a budget is returned unchanged. The final evaluation on the test text
 * comes after the budget.
 *
 * @throws UserError `usage` when so many steps conflict with another key, such as a longer warm-up
 */
export async function withStepsOfBudget(options: BudgetOptions): Promise<BudgetOptions['config']> {
  const { config, prepared, threads, now, begun, onEvent } = options;
  const { budget, ...training } = config.training;
  if (budget === undefined) return config;
  const { data, model } = prepared;
  const starting = now();
  const engine = await openEngine(config.engine, threads, now);
  try {
    const endless = { ...config, training: { ...training, steps: ENDLESS } };
    const state = freshState(data.digest);
    const { trainer, measure } = createMeasurement({ config: endless, engine, model, data, state, now });
    beginTraining(trainer, { ...prepared, config: endless, resumed: undefined, state }, () => {});
    const compiling = now() - starting;
    const measured = await measure();
    const { everySteps, everyEpochs = 1 } = training.validation ?? {};
    const seconds = parseDuration(budget)!;
    const pace = {
      secondsPerStep: measured.secondsPerStep!,
      validationInterval: everySteps ?? everyEpochs * trainer.stepsPerEpoch,
      secondsPerValidation: measured.validation?.seconds ?? 0,
    };
    // The programs are compiled a second time for the run itself.
    const steps = stepsWithin(seconds - (now() - begun) - compiling, pace);
    onEvent({ type: 'budget', seconds, secondsPerStep: pace.secondsPerStep, steps });
    const chosen = { ...config, training: { ...training, steps } };
    // Rules about the number of steps could not be checked before.
    resolveConfig(chosen, `training.budget ${budget}`);
    return chosen;
  } finally {
    engine.close();
  }
}

interface Pace {
  readonly secondsPerStep: number;
  /** Steps from one validation to the next; one also follows the last step. */
  readonly validationInterval: number;
  readonly secondsPerValidation: number;
}

/** The largest number of steps, at least one, that takes no longer than `seconds` with its validations. */
export function stepsWithin(seconds: number, { secondsPerStep, validationInterval, secondsPerValidation }: Pace): number {
  const round = validationInterval * secondsPerStep + secondsPerValidation;
  const rounds = Math.max(0, Math.floor(seconds / round));
  const rest = seconds - rounds * round - secondsPerValidation;
  const more = Math.min(validationInterval - 1, Math.max(0, Math.floor(rest / secondsPerStep)));
  return Math.min(ENDLESS, Math.max(1, rounds * validationInterval + more));
}
