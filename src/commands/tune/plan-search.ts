import { availableParallelism } from 'node:os';
import { loadConfig } from '../../config/load.js';
import type { ResolvedConfig } from '../../config/types.js';
import { parseDuration } from '../../foundation/duration.js';
import { UserError } from '../../foundation/errors.js';
import { modelSections } from '../../run/model-sections.js';
import { describeNoConfig } from '../../run/recognize.js';
import { type SearchLayout, searchLayout } from '../../tune/search-journal.js';
import type { SearchLimits } from '../../tune/search-record.js';
import { formatNumber } from '../../ui/format.js';
import { numberFlag, optionalNumberFlag } from '../shared/flags.js';
import type { TuneArguments } from './arguments.js';

/** What the arguments of `tune` say. */
export interface SearchPlan {
  /** The config file as it was named. */
  readonly file: string;
  readonly folder: string;
  readonly layout: SearchLayout;
  /** The config that is searched from. */
  readonly config: ResolvedConfig;
  /** The texts of `--search`; undefined where none is given. */
  readonly search: readonly string[] | undefined;
  readonly limits: SearchLimits;
  readonly parallel: number;
  /** Threads of each training. */
  readonly threads: number;
  readonly resume: boolean;
  /** The config with changes, each `key=value`. @throws UserError usage naming the change */
  load(changes: readonly string[]): ResolvedConfig;
}

/** @throws UserError usage for an invalid config and for flags that conflict or are missing */
export function searchPlan(args: TuneArguments): SearchPlan {
  const { config: file, search, resume } = args;
  if (args.output === '') throw new UserError('usage', '--output (empty): the path of a folder is expected');
  const limits = limitsOf(args);
  if (limits.budget === undefined && limits.trials === undefined && !resume)
    throw new UserError('usage', 'a search has no end of its own: give --budget, such as --budget 30m, or --trials, or both');
  const problem = describeNoConfig(file);
  if (problem !== undefined) throw new UserError('usage', problem);
  const steps = optionalNumberFlag(args.steps, { flag: '--steps', from: 1, to: 1e12, whole: true });
  const load = (changes: readonly string[]) =>
    loadConfig(file, {
      set: [...(args.set ?? []), ...(steps === undefined ? [] : [`training.steps=${steps}`])],
      search: changes,
      replaced: steps === undefined ? [] : ['training.epochs', 'training.steps', 'training.budget'],
      modelSections,
    });
  const config = load([]);
  if (config.training.validation === undefined)
    throw new UserError(
      'usage',
      `${file} has no validation text, by which a search compares candidates: set corpus.split.validation or corpus.validation`,
    );
  const folder = args.output ?? `${config.output}-tune`;
  const { threads: stated } = config.engine;
  const threads =
    optionalNumberFlag(args.threads, { flag: '--threads', from: 1, to: 1024, whole: true }) ??
    (typeof stated === 'number' ? stated : 1);
  const parallel =
    args.parallel === undefined
      ? Math.max(1, Math.floor(availableParallelism() / threads))
      : numberFlag(args.parallel, { flag: '--parallel', from: 1, to: 1024, whole: true });
  return { file, folder, layout: searchLayout(folder), config, search, limits, parallel, threads, resume, load };
}

function limitsOf({ budget, trials }: TuneArguments): SearchLimits {
  const seconds = budget === undefined ? undefined : parseDuration(budget);
  if (budget !== undefined && seconds === undefined)
    throw new UserError('usage', `--budget ${budget}: a time is expected, such as 90s, 30m or 2h`);
  const count = optionalNumberFlag(trials, { flag: '--trials', from: 1, to: 100_000, whole: true });
  return { ...(seconds !== undefined && { budget: seconds }), ...(count !== undefined && { trials: count }) };
}

/** What is searched where nothing is given: the learning rate, which matters most, around its value. */
export function defaultSearch({ training: { optimizer } }: ResolvedConfig): string[] {
  const { learningRate } = optimizer;
  return [`training.optimizer.learningRate=log(${formatNumber(learningRate / 30)},${formatNumber(learningRate * 10)})`];
}
