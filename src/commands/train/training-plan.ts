import { relative, resolve } from 'node:path';
import { loadConfig } from '../../config/load.js';
import { mapPaths } from '../../config/map-paths.js';
import { tooManyThreads } from '../../config/rules.js';
import type { ResolvedConfig } from '../../config/types.js';
import { isFolder, kindOf } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import { modelSections } from '../../run/model-sections.js';
import { describeNoConfig } from '../../run/recognize.js';
import { runLayout } from '../../run/run-directory.js';
import { globFolder, isGlob } from '../../text/reading/glob.js';
import type { Threads } from '../../train/engines.js';
import type { TrainingRun } from '../../train/run-training.js';
import { engineOverrides } from '../shared/engine-flag.js';
import { numberFlag } from '../shared/flags.js';
import type { RunArguments, TrainArguments } from './arguments.js';

/** What to train, where, and from which step. */
export type TrainingPlan = Pick<TrainingRun, 'config' | 'directory' | 'start' | 'threads' | 'measureEnd' | 'team'>;

/**
 * The plan of one run.
 *
 * @throws UserError usage for an invalid config and for flags that conflict
 */
export function trainingPlan(args: RunArguments): TrainingPlan {
  refuseBothStarts(args);
  if (args.output === '') throw new UserError('usage', '--output (empty): the path of a folder is expected');
  const stated = args.set ?? [];
  const { changes = [] } = args;
  const set = [
    ...engineOverrides(args, stated),
    ...startingOverrides(args, stated),
    ...(args.budget === undefined ? [] : [`training.budget=${args.budget}`]),
    ...stated,
  ];
  const problem = describeNoConfig(args.config);
  if (problem !== undefined) throw new UserError('usage', problem);
  const config = isFolder(args.config) ? configOfRun(args, set) : configOfFile(args, set, changes);
  return {
    config,
    directory: config.output,
    start: args.resume ? 'resume' : args.overwrite ? 'overwrite' : 'new',
    threads: threadsFor(config, args.threads),
    measureEnd: !args['skip-final'],
  };
}

/** @throws UserError usage where a run is to be resumed and overwritten */
export function refuseBothStarts({ resume, overwrite }: Pick<TrainArguments, 'resume' | 'overwrite'>): void {
  if (resume && overwrite) throw new UserError('usage', '--resume and --overwrite: give one of them');
}

/** `--from` as an override of the config. */
function startingOverrides({ from, resume }: RunArguments, set: readonly string[]): string[] {
  if (from === undefined) return [];
  if (resume) throw new UserError('usage', '--from and --resume: a resumed run already has its weights; give one of them');
  if (from === '') throw new UserError('usage', '--from (empty): the path of a model is expected');
  const again = set.map((override) => override.split('=')[0]!.trim()).find((key) => STARTING_KEYS.includes(key));
  if (again !== undefined) throw new UserError('usage', `--from and --set ${again} set the same key: give one of them`);
  return [`training.from.path=${JSON.stringify(from)}`];
}

const STARTING_KEYS = ['training.from', 'training.from.path'];

/** A budget on the command line replaces the length in the config; another length on the command line is an error. */
const replacedBy = (budget: string | undefined) => (budget === undefined ? [] : ['training.epochs', 'training.steps']);

function configOfFile(
  { config: path, output, resume, budget }: RunArguments,
  set: readonly string[],
  sweep: readonly string[],
): ResolvedConfig {
  if (resume && kindOf(path) === undefined)
    throw new UserError('usage', `${path} does not exist: --resume takes a run directory or the config of a run`);
  return loadConfig(path, { set, sweep, replaced: replacedBy(budget), output, modelSections });
}

/** A run is resumed in its folder, even if the folder was moved, with or without the files that it reads. */
function configOfRun({ config: directory, output, resume, budget }: RunArguments, set: readonly string[]): ResolvedConfig {
  const file = runLayout(directory).config;
  if (kindOf(file) === undefined) throw new UserError('usage', `${directory} is a run directory without config.yaml`);
  if (!resume) throw new UserError('usage', `${directory} is a run directory: add --resume to continue that run`);
  if (output !== undefined)
    throw new UserError('usage', `--output ${output}: the run in ${directory} is resumed where it is; leave --output out`);
  return { ...withPathsOfOldPlace(loadConfig(file, { set, replaced: replacedBy(budget) }), directory), output: directory };
}

/** Files in its config.yaml that were not moved with the run directory are searched relative to the old folder. */
function withPathsOfOldPlace(config: ResolvedConfig, directory: string): ResolvedConfig {
  const isThere = (path: string) => kindOf(isGlob(path) ? globFolder(path) : path) !== undefined;
  return mapPaths(config, (path) => {
    const before = resolve(config.output, relative(directory, path));
    return !isThere(path) && isThere(before) ? before : path;
  });
}

/** The typed-array engine cannot use more threads than shards. */
function threadsFor({ engine, training }: ResolvedConfig, flag: string | undefined): Threads {
  const shards = engine.type === 'typed-array' ? engine.shards : Number.POSITIVE_INFINITY;
  if (flag === undefined || flag === 'auto') return flag ?? engine.threads;
  const threads = numberFlag(flag, { flag: '--threads', from: 1, to: 1024, whole: true });
  if (threads <= shards) return threads;
  throw new UserError(
    'usage',
    `--threads ${threads}: ${tooManyThreads(threads, shards, training.batchSize / training.microbatches)}`,
  );
}

/**
 * The arguments of the only run.
 * @param flag the flag that needs a single run
 * @throws UserError usage where the arguments ask for several runs
 */
export function onlyRun({ configs, sweep = [], ...args }: TrainArguments, flag: string): RunArguments {
  const [config] = configs;
  if (configs.length === 1 && sweep.length === 0) return { ...args, config: config! };
  const cause = sweep.length > 0 ? '--sweep' : 'several configs';
  throw new UserError('usage', `${flag} and ${cause}: ${flag} is about one run; name one config, with --set for other values`);
}
