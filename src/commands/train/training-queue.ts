import { basename, extname, join, resolve } from 'node:path';
import { loadConfig } from '../../config/load.js';
import { parseSweep } from '../../config/sweep-flag.js';
import type { ResolvedConfig } from '../../config/types.js';
import { configLeaves, differingKeys } from '../../experiments/config-leaves.js';
import { sweepPoints } from '../../experiments/sweep-points.js';
import { isFolder } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import { holdsRun, runLayout } from '../../run/run-directory.js';
import { readSessions } from '../../run/sessions-log.js';
import type { TrainArguments } from './arguments.js';
import { refuseBothStarts, type TrainingPlan, trainingPlan } from './training-plan.js';

/** The ends after which nothing is left to do: a run that diverged would diverge again. */
const finalReasons = ['completed', 'early-stopping', 'diverged'] as const;
type FinalReason = (typeof finalReasons)[number];

/** A run of the queue. */
export interface QueuedRun {
  readonly plan: TrainingPlan;
  /** How the run has ended, if nothing is left to do. */
  readonly ended?: FinalReason;
}

/** Whether the arguments ask for several runs. */
export const isQueue = ({ configs, sweep = [] }: TrainArguments) => configs.length > 1 || sweep.length > 0;

/**
 * The runs that the arguments ask for, in their order: each config with each combination of the values of `--sweep`. All configs are read,
 * so that an error in one of them is found before the first run begins.
 *
 * @throws UserError usage for an invalid config, for flags that conflict, and where two runs have the same directory
 */
export function trainingQueue(args: TrainArguments): QueuedRun[] {
  refuseBothStarts(args);
  const sweeps = (args.sweep ?? []).map(parseSweep);
  const keys = sweeps.map(({ key }) => key);
  const repeated = keys.find((key, i) => keys.indexOf(key) < i);
  if (repeated !== undefined)
    throw new UserError('usage', `--sweep ${repeated} is given twice; write all values after one --sweep`);
  const points = sweepPoints(sweeps);
  const runs = args.configs.flatMap((config) => {
    const base = baseOf(args, config, sweeps.length > 0);
    return points.map(({ changes, name }) =>
      queuedRun(args, { config, changes, directory: base === undefined || name === '' ? base : join(base, name) }),
    );
  });
  const places = runs.map(({ plan }) => resolve(plan.directory));
  const double = places.findIndex((place, i) => places.indexOf(place) < i);
  if (double >= 0)
    throw new UserError(
      'usage',
      `two of the runs have the directory ${runs[double]!.plan.directory}: give the configs different names`,
    );
  if (!args.resume && !args.overwrite) refuseUsed(runs);
  return runs;
}

/**
 * The run directory of a config or, with a sweep, the folder of its run directories, which is beside the directory that the config names.
 * Undefined for the directory of the config or the run itself.
 */
function baseOf(args: TrainArguments, config: string, isSwept: boolean): string | undefined {
  const { configs, output } = args;
  if (isFolder(config)) {
    if (!isSwept) return output;
    throw new UserError('usage', `--sweep varies the keys of a config file, and ${config} is a run directory`);
  }
  if (output !== undefined) return configs.length > 1 ? join(output, basename(config, extname(config))) : output;
  return isSwept ? `${trainingPlan({ ...args, config, resume: false }).directory}-sweep` : undefined;
}

interface RunOfQueue {
  readonly config: string;
  readonly changes: readonly string[];
  readonly directory: string | undefined;
}

function queuedRun(args: TrainArguments, { config, changes, directory }: RunOfQueue): QueuedRun {
  const planned = (resumes: boolean) =>
    trainingPlan({
      ...args,
      config,
      changes,
      output: directory,
      resume: resumes,
      from: resumes ? undefined : args.from,
    });
  if (!args.resume) return { plan: planned(false) };
  if (isFolder(config)) return { plan: planned(true) };
  const fresh = planned(false);
  if (!holdsRun(fresh.directory)) return { plan: fresh };
  const ended = endOf(fresh.directory, fresh.config);
  return ended === undefined ? { plan: planned(true) } : { plan: fresh, ended };
}

/** How the run in a directory has ended, if it had this config and has nothing left to do. */
function endOf(directory: string, config: ResolvedConfig): FinalReason | undefined {
  const { sessions, config: file } = runLayout(directory);
  const last = readSessions(sessions).at(-1);
  const final = last?.type === 'end' ? finalReasons.find((reason) => reason === last.reason) : undefined;
  if (final === undefined) return undefined;
  const isSame = differingKeys([configLeaves(loadConfig(file)), configLeaves(config)]).length === 0;
  return isSame ? final : undefined;
}

function refuseUsed(runs: readonly QueuedRun[]): void {
  const used = runs.filter(({ plan }) => holdsRun(plan.directory));
  if (used.length === 0) return;
  throw new UserError(
    'usage',
    `${used.length} of the ${runs.length} run directories already contain a run, the first is ${used[0]!.plan.directory}: continue ` +
      'the queue with --resume, replace these runs with --overwrite, or choose another place with --output',
  );
}
