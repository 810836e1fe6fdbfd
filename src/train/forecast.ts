import type { CorpusConfig } from '../config/types.js';
import { freeSpace } from '../files/system-errors.js';
import type { JsonValue } from '../foundation/strict-json.js';
import type { Team } from '../parallel/team.js';
import { type CheckCheckpoint, findGoodCheckpoint, holdsRun, listCheckpoints, runLayout } from '../run/run-directory.js';
import { openCorpus } from '../text/corpus.js';
import { withStepsOfBudget } from './budget.js';
import { countingLosses } from './counting-losses.js';
import { openEngine } from './engines.js';
import type { BudgetEvent, EndEvent, EngineEvent, StartingPoint } from './events.js';
import { type DiskForecast, diskForecast } from './forecast-disk.js';
import { createMeasurement, type MeasuredTraining } from './measure-training.js';
import { beginTraining, namedEngine, prepareRun } from './prepare-run.js';
import type { TrainingRun } from './run-training.js';
import { type FollowingOptions, followDecisions, tellDecisions } from './train-together.js';
import { toCheckpoint } from './training-state.js';

/** Forecast of a training run. Sizes are bytes, times are seconds, losses nats per token. */
export interface TrainingForecast extends MeasuredTraining {
  readonly runDirectory: string;
  /** The decision for `engine: auto`. */
  readonly engineChoice?: EngineEvent;
  /** The decision for `training.budget`. */
  readonly budget?: BudgetEvent;
  readonly engine: string;
  readonly shards: number;
  readonly threads: number;
  readonly parameters: number;
  /** The number of parameters that are not trained. */
  readonly frozenParameters?: number;
  readonly vocabularySize: number;
  readonly tokenizer: string;
  readonly trainTokens: number;
  readonly validationTokens: number;
  readonly testTokens: number;
  /** The model from which it takes its weights. */
  readonly startedFrom?: StartingPoint;
  /** The first step: 0, or the step of the checkpoint that it continues from. */
  readonly step: number;
  /** The last step; early stopping may end the run earlier. */
  readonly steps: number;
  readonly epochs: number;
  readonly memory: {
    readonly parameters: number;
    readonly optimizer: number;
    /** Everything in the engine's memory: parameters, optimizer, and the programs' intermediate values. */
    readonly engine: number;
    /** Tokens in memory. */
    readonly corpus: number;
    /** The peak memory of the process during the forecast. */
    readonly process: number;
  };
  readonly disk: DiskForecast;
  /** Loss of the uniform distribution: ln(vocabulary size). */
  readonly lossOfChance: number;
  readonly validationFloor?: number;
  readonly baselines?: NonNullable<EndEvent['baselines']>;
  /** Notices for the user. */
  readonly notices: readonly string[];
}

export type ForecastRun = Omit<TrainingRun, 'wallTime' | 'onEvent' | 'onNotice' | 'stopRequested'> & {
  /** The peak memory of this process in bytes. */
  readonly peakMemory: () => number;
};

/**
 * Forecasts a training run: everything is read and compiled as for training, and a few real steps are made and discarded. The run directory
 * is only read. Only the tokens of a corpus that is too large for memory are written, to the cache, where training will find them.
 *
 * @throws UserError of any kind, as training would
 */
export async function forecastTraining(run: ForecastRun): Promise<TrainingForecast> {
  const { threads, directory, start, now, team } = run;
  const notices: string[] = [];
  const onNotice = (line: string) => void notices.push(line);
  if (start === 'new' && holdsRun(directory))
    onNotice(`${directory} already contains a run: it is continued with --resume, replaced with --overwrite`);
  const checkpoints = {
    path: directory,
    latestGoodCheckpoint: (check: CheckCheckpoint) => findGoodCheckpoint(checkpointsIn(directory), check),
  };
  const resume = start === 'resume' ? checkpoints : undefined;
  const prepared = await prepareRun({ config: run.config, resume, onNotice, corpus: withoutCache });
  const { data, state, model } = prepared;
  const { step } = state;
  let choice: EngineEvent | undefined;
  const onEngine = (event: EngineEvent) => {
    choice = event;
  };
  const named = { ...prepared.config, engine: await namedEngine(prepared, threads, now, onEngine, team === undefined) };
  let budget: BudgetEvent | undefined;
  const onEvent = (event: BudgetEvent) => {
    budget = event;
  };
  const config = await withStepsOfBudget({ config: named, prepared, threads, now, begun: now(), onEvent });
  if (team) await tellDecisions(team, config, prepared);
  const engine = await openEngine(config.engine, threads, now);
  try {
    const { trainer, measure } = createMeasurement({ config, engine, model, data, state, now, team });
    const { table, arrays } = trainer.session;
    beginTraining(trainer, prepared, onNotice);
    const tokenizer = data.tokenizer.toJSON() as unknown as JsonValue;
    const written = toCheckpoint(state, arrays, {
      table,
      config: config as unknown as JsonValue,
      tokenizer,
      splitDigests: data.splitDigests,
    });
    const speed = await measure();
    const { train, test, validationFloor } = data;
    const baselines = run.measureEnd === false ? undefined : countingLosses(data);
    const disk = diskForecast({
      checkpoint: written,
      config,
      steps: trainer.steps,
      validations: speed.validation?.times ?? 0,
      free: freeSpace(directory),
    });
    if (disk.free !== undefined && disk.total > disk.free)
      onNotice('the run needs more disk space than is free: free some, or keep fewer checkpoints');
    return {
      runDirectory: directory,
      ...(choice && { engineChoice: choice }),
      ...(budget && { budget }),
      engine: engine.name,
      shards: engine.shards,
      threads: engine.threads,
      parameters: table.count,
      ...(table.frozenCount > 0 && { frozenParameters: table.frozenCount }),
      vocabularySize: model.vocabularySize,
      tokenizer: data.tokenizer.type,
      trainTokens: train.length,
      validationTokens: data.validation?.length ?? 0,
      testTokens: test?.length ?? 0,
      ...(prepared.takeover && { startedFrom: prepared.takeover.point }),
      step,
      steps: trainer.steps,
      epochs: trainer.epochs,
      memory: {
        parameters: arrays.parameters.byteLength + (arrays.evaluated === arrays.parameters ? 0 : arrays.evaluated.byteLength),
        optimizer: Object.values(arrays.moments).reduce((sum, { values }) => sum + values.byteLength, 0),
        engine: engine.memoryInUse(),
        corpus: [train, data.validation, test].reduce(
          (sum, part) => sum + (part instanceof Int32Array ? part.byteLength : 0),
          0,
        ),
        process: run.peakMemory(),
      },
      ...speed,
      disk,
      lossOfChance: Math.log(model.vocabularySize),
      ...(validationFloor !== undefined && { validationFloor }),
      ...(baselines && { baselines }),
      notices,
    };
  } finally {
    engine.close();
    data.close();
  }
}

/**
 * Measures with the first process of a team, which calls `forecastTraining`.
 *
 * @throws UserError of any kind, as training would
 */
export function followForecast(team: Team, options: FollowingOptions): Promise<void> {
  const { now } = options;
  return followDecisions(team, options, withoutCache, async ({ config, prepared, engine }) => {
    const { model, data, state } = prepared;
    const { trainer, measure } = createMeasurement({ config, engine, model, data, state, now, team });
    beginTraining(trainer, prepared, () => {});
    await measure();
  });
}

const checkpointsIn = (directory: string) => listCheckpoints(runLayout(directory).checkpoints);

/** The corpus without the cache, unless it is too large for memory. */
export async function withoutCache(corpus: CorpusConfig): Promise<CorpusConfig> {
  const { inMemory } = await openCorpus(corpus);
  return inMemory ? { ...corpus, cache: 'off' } : corpus;
}
