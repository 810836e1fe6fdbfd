import { stringifyConfig } from '../../config/config-file.js';
import { loadConfig } from '../../config/load.js';
import { configLeaves, differingKeys } from '../../experiments/config-leaves.js';
import { writeFileAtomically } from '../../files/atomic-file.js';
import { nodeFileSystem } from '../../files/file-system.js';
import { acquireLock, type Lock } from '../../files/lock.js';
import { kindOf } from '../../files/regular-file.js';
import { asDiskError } from '../../files/system-errors.js';
import { UserError } from '../../foundation/errors.js';
import { forecastTraining } from '../../train/forecast.js';
import { continueJournal, createJournal, holdsSearch, type SearchJournal } from '../../tune/search-journal.js';
import type { SearchSetup } from '../../tune/search-record.js';
import { searchSpace } from '../../tune/search-space.js';
import type { SearchSpace } from '../../tune/trial.js';
import { readyConfig, searchRungs, warmupStepsOf } from '../../tune/trial-config.js';
import { formatCount, formatDuration } from '../../ui/format.js';
import { checkSpace } from './check-space.js';
import { defaultSearch, type SearchPlan } from './plan-search.js';

/** The share 1 / REDUCTION of the candidates of a rung goes on to the next, which is so many times as long. */
const REDUCTION = 3;
/** A search for good values needs about as many whole trainings, most of them in parts. */
const USUAL_TRAININGS = 10;

/** A search that only this process works on, until its lock is released. */
export interface OpenSearch {
  readonly journal: SearchJournal;
  readonly space: SearchSpace;
  /** Seconds of a step of the config, measured before the search; 0 where they are not needed. */
  readonly secondsPerStep: number;
  readonly lock: Lock;
}

interface Opening {
  readonly now: () => number;
  readonly onNotice: (line: string) => void;
}

/**
 * Begins a search, or opens one that is to be continued.
 *
 * @throws UserError usage for a bad space, for a folder that is in use, for settings that are not those of the search that is continued,
 *   and for a budget that is too short for one whole training
 */
export async function openSearch(plan: SearchPlan, opening: Opening): Promise<OpenSearch> {
  const { folder, layout, resume } = plan;
  if (resume) {
    if (!holdsSearch(folder))
      throw new UserError('usage', `${folder} has no search to continue: leave --resume out, or name the folder with --output`);
    const lock = acquireLock(layout.lock);
    return continued(plan, lock);
  }
  if (holdsSearch(folder))
    throw new UserError(
      'usage',
      `${folder} already contains a search: continue it with --resume, or choose another place with --output`,
    );
  if (kindOf(layout.trials) !== undefined)
    throw new UserError('usage', `${layout.trials} exists, but is not of a search: choose another place with --output`);
  const search = plan.search ?? defaultSearch(plan.config);
  const space = searchSpace(search);
  checkSpace(space, plan.load, plan.config.seed);
  if (plan.search === undefined) opening.onNotice(`no --search is given: --search '${search[0]}'`);
  const { steps, secondsPerStep } = await lengthOf(plan, opening);
  makeFolder(layout.trials);
  const lock = acquireLock(layout.lock);
  const setup: SearchSetup = {
    config: plan.file,
    search,
    rungs: searchRungs(steps, REDUCTION, warmupStepsOf(plan.config)),
    reduction: REDUCTION,
    seed: plan.config.seed,
  };
  const ready = stringifyConfig(readyConfig(plan.config, steps), folder);
  writeFileAtomically(layout.ready, (append) => append(Buffer.from(ready)));
  const journal = createJournal(layout.journal, setup);
  return { journal, space, secondsPerStep, lock };
}

function continued(plan: SearchPlan, lock: Lock): OpenSearch {
  const { folder, layout, file, search } = plan;
  const journal = continueJournal(layout.journal);
  const { setup } = journal.record;
  const refuse = (found: string) =>
    new UserError(
      'usage',
      `cannot continue the search in ${folder} with other settings: ${found}. Restore them, or begin another search with --output`,
    );
  if (search !== undefined && JSON.stringify(search) !== JSON.stringify(setup.search))
    throw refuse(`--search is ${search.join(' and ')}, the search has ${setup.search.join(' and ')}`);
  const steps = setup.rungs.at(-1)!;
  const own = readyConfig(plan.config, plan.config.training.steps ?? steps);
  const leaves = [own, loadConfig(layout.ready)].map(configLeaves);
  const [now, before] = leaves.map((one) => new Map([...one, ['training.steps', one.get('training.steps') ?? steps]]));
  const shown = (value: unknown) => (value === undefined ? 'absent' : JSON.stringify(value));
  const keys = differingKeys([now!, before!]).map(
    (key) => `${key} is ${shown(now!.get(key))} in ${file}, the search has ${shown(before!.get(key))}`,
  );
  if (keys.length > 0) throw refuse(keys.join('; '));
  return { journal, space: searchSpace(setup.search), secondsPerStep: 0, lock };
}

/** Steps of a whole training and, where there is a budget, the time of one. */
async function lengthOf(plan: SearchPlan, { now, onNotice }: Opening): Promise<{ steps: number; secondsPerStep: number }> {
  const { config, file, limits, parallel, threads } = plan;
  const { budget } = limits;
  const stated = config.training.steps;
  if (budget === undefined && stated !== undefined) return { steps: stated, secondsPerStep: 0 };
  const { output: directory } = config;
  const forecast = await forecastTraining({
    config: { ...config, engine: readyConfig(config, 1).engine },
    directory,
    start: 'overwrite',
    threads,
    now,
    peakMemory: () => 0,
    measureEnd: false,
  });
  const { steps, seconds } = forecast;
  const secondsPerStep = seconds / steps;
  if (budget === undefined) return { steps, secondsPerStep };
  const room = (budget * parallel) / seconds;
  const rounded = (value: number) => Number(value.toPrecision(2));
  const remedy = `give --budget ${durationFlag((USUAL_TRAININGS * seconds) / parallel)}, or shorten the training with --steps ${rounded(Math.max(1, (steps * room) / USUAL_TRAININGS))}`;
  const found = `one whole training of ${file} (${formatCount(steps)} steps) takes about ${formatDuration(seconds)}`;
  if (seconds > budget)
    throw new UserError('usage', `--budget ${formatDuration(budget)} is too short: ${found}. For a search, ${remedy}`);
  if (room < USUAL_TRAININGS / 2)
    onNotice(`the budget is short: ${found}, so there is time for ${room.toFixed(1)} of them. For a good search, ${remedy}`);
  return { steps, secondsPerStep };
}

/** A time as a flag takes it, rounded up. */
function durationFlag(seconds: number): string {
  if (seconds <= 90) return `${Math.ceil(seconds)}s`;
  return seconds <= 90 * 60 ? `${Math.ceil(seconds / 60)}m` : `${Math.ceil(seconds / 3600)}h`;
}

function makeFolder(folder: string): void {
  try {
    nodeFileSystem.makeFolder(folder);
  } catch (error) {
    throw asDiskError(error, folder, 'Nothing was changed.', 'make the folder');
  }
}
