import type { CorpusConfig } from '../config/types.js';
import { freeSpace } from '../files/system-errors.js';
import type { JsonValue } from '../foundation/strict-json.js';
import { type CheckCheckpoint, findGoodCheckpoint, holdsRun, listCheckpoints, runLayout } from '../run/run-directory.js';
import { openCorpus } from '../text/corpus.js';
import { withStepsOfBudget } from './budget.js';
import { countingLosses } from './counting-losses.js';
import { openEngine } from './engines.js';
import type { BudgetEvent, EndEvent, EngineEvent, StartingPoint } from './events.js';
import { type DiskForecast, diskForecast } from './forecast-disk.js';
import { createWatchedTrainer, type MeasuredTraining, measureTraining } from './measure-training.js';
import { beginTraining, namedEngine, prepareRun } from './prepare-run.js';
import type { TrainingRun } from './run-training.js';
import { toCheckpoint } from './training-state.js';

/** What a training run would be. Sizes are bytes, times are seconds, losses nats per token. */
export interface TrainingForecast extends MeasuredTraining {
  readonly runDirectory: string;
  /** How `engine: auto` was decided. */
  readonly engineChoice?: EngineEvent;
  /** How `training.budget` was decided. */
  readonly budget?: BudgetEvent;
  readonly engine: string;
  readonly shards: number;
  readonly threads: number;
  readonly parameters: number;
  /** Those of them that are not trained. */
  readonly frozenParameters?: number;
  readonly vocabularySize: number;
  readonly tokenizer: string;
  readonly trainTokens: number;
  readonly validationTokens: number;
  readonly testTokens: number;
  /** The model that it has its weights from. */
  readonly startedFrom?: StartingPoint;
  /** Where it begins: 0, or the step of the checkpoint that it goes on from. */
  readonly step: number;
  /** The last one; early stopping may end the run before. */
  readonly steps: number;
  readonly epochs: number;
  readonly memory: {
    readonly parameters: number;
    readonly optimizer: number;
    /** All that the engine holds: parameters, optimizer, and what its programs compute in. */
    readonly engine: number;
    /** Tokens that stand in memory. */
    readonly corpus: number;
    /** What the process has held at most while this was found out. */
    readonly process: number;
  };
  readonly disk: DiskForecast;
  /** Of a model that knows nothing: ln(vocabulary size). */
  readonly lossOfChance: number;
  readonly validationFloor?: number;
  readonly baselines?: NonNullable<EndEvent['baselines']>;
  /** What the user should know before the run begins. */
  readonly notices: readonly string[];
}

export type ForecastRun = Omit<TrainingRun, 'onEvent' | 'onNotice' | 'stopRequested'> & {
  /** Bytes that this process has held at most. */
  readonly peakMemory: () => number;
};

/**
 * What a training run would be: everything is read and compiled as it would be, and a few real steps are made and thrown away. The run
 * directory is only read; only a corpus too large for memory leaves something behind, its tokens in the cache, where training finds them.
 *
 * @throws UserError of any kind, as training would
 */
export async function forecastTraining(run: ForecastRun): Promise<TrainingForecast> {
  const { threads, directory, start, now } = run;
  const notices: string[] = [];
  const onNotice = (line: string) => void notices.push(line);
  if (start === 'new' && holdsRun(directory))
    onNotice(`${directory} holds a run already: it is continued with --resume, replaced with --overwrite`);
  const checkpoints = {
    path: directory,
    latestGoodCheckpoint: (check: CheckCheckpoint) => findGoodCheckpoint(checkpointsIn(directory), check),
  };
  const resume = start === 'resume' ? checkpoints : undefined;
  const prepared = await prepareRun({ config: run.config, resume, onNotice, corpus: withoutCache });
  const { data, state, model } = prepared;
  const from = { step: state.step, tokens: state.tokens };
  let choice: EngineEvent | undefined;
  const onEngine = (event: EngineEvent) => {
    choice = event;
  };
  const named = { ...prepared.config, engine: await namedEngine(prepared, threads, now, onEngine) };
  let budget: BudgetEvent | undefined;
  const onEvent = (event: BudgetEvent) => {
    budget = event;
  };
  const config = await withStepsOfBudget({ config: named, prepared, threads, now, begun: now(), onEvent });
  const engine = await openEngine(config.engine, threads, now);
  try {
    const { trainer, watch } = createWatchedTrainer({ config, engine, model, data, state, now });
    const { table, arrays } = trainer.session;
    beginTraining(trainer, prepared, onNotice);
    const tokenizer = data.tokenizer.toJSON() as unknown as JsonValue;
    const written = toCheckpoint(state, arrays, {
      table,
      config: config as unknown as JsonValue,
      tokenizer,
      splitDigests: data.splitDigests,
    });
    const speed = await measureTraining({ trainer, watch, config, engine, model, data, from, now });
    const { train, test, validationFloor } = data;
    const baselines = countingLosses(data);
    const disk = diskForecast({
      checkpoint: written,
      config,
      steps: trainer.steps,
      validations: speed.validation?.times ?? 0,
      free: freeSpace(directory),
    });
    if (disk.free !== undefined && disk.total > disk.free)
      onNotice('the disk has less room than the run will take: make room, or keep fewer checkpoints');
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
      step: from.step,
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

const checkpointsIn = (directory: string) => listCheckpoints(runLayout(directory).checkpoints);

/** What memory can hold is not put into the cache. */
export async function withoutCache(corpus: CorpusConfig): Promise<CorpusConfig> {
  const { inMemory } = await openCorpus(corpus);
  return inMemory ? { ...corpus, cache: 'off' } : corpus;
}
