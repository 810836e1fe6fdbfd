import { freeSpace } from '../checkpoint/free-space.js';
import { findGoodCheckpoint, holdsRun, listCheckpoints, runLayout } from '../checkpoint/run-directory.js';
import type { JsonValue } from '../checkpoint/strict-json.js';
import type { CorpusConfig } from '../config/types.js';
import { UserError } from '../errors.js';
import { initialize } from '../model/initialization.js';
import { modelOptions } from '../model/model-options.js';
import { createRandom } from '../random.js';
import { openCorpus } from '../text/corpus.js';
import { tokenizerFromJSON } from '../text/tokenizers/tokenizer-state.js';
import { countingLosses } from './counting-losses.js';
import type { EngineEvent } from './events.js';
import { diskForecast } from './forecast-disk.js';
import { measureTraining } from './measure-training.js';
import { openEngine } from './open-engine.js';
import { checkResumable } from './resume.js';
import { findCheckpoint, INITIALIZATION_STREAM, namedEngine, type TrainingRun, withEngineOfRun } from './run-training.js';
import { Trainer } from './trainer.js';
import { loadTrainingData } from './training-data.js';
import type { TrainingForecast } from './training-forecast.js';
import { freshState, parseState, restoreArrays, toCheckpoint } from './training-state.js';

export type ForecastRun = Omit<TrainingRun, 'onEvent' | 'onNotice' | 'stopRequested'> & {
  /** The time in seconds, from any origin. */
  readonly now: () => number;
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
  const checkpoints = { path: directory, latestGoodCheckpoint: () => findGoodCheckpoint(checkpointsIn(directory)) };
  const resumed = start === 'resume' ? findCheckpoint(checkpoints, onNotice) : undefined;
  const asked = resumed ? withEngineOfRun(run.config, resumed, onNotice) : run.config;
  if (resumed) for (const notice of checkResumable(asked, resumed.checkpoint.config)) onNotice(notice);
  const corpus = await withoutCache(asked.corpus);
  const data = await loadTrainingData({ ...asked, corpus }, resumed && tokenizerFromJSON(resumed.checkpoint.tokenizer));
  const state = resumed ? parseState(resumed.path, resumed.checkpoint.trainer) : freshState(data.digest);
  if (state.corpus !== data.digest)
    throw new UserError('data', 'the training text is not the one that this run began with: restore it, or start a new run');
  const from = { step: state.step, tokens: state.tokens };

  const model = modelOptions(asked.model, data.tokenizer.vocabulary.size);
  let choice: EngineEvent | undefined;
  const onEngine = (event: EngineEvent) => {
    choice = event;
  };
  const config = { ...asked, engine: await namedEngine(asked, model, { threads, onEvent: onEngine }) };
  const engine = await openEngine(config.engine, threads);
  try {
    // Validating is measured apart: here it would come when it is due.
    const { validation, ...withoutValidation } = data;
    const watch = { times: [] as number[], enough: () => false };
    const trainer = new Trainer({
      config,
      engine,
      model,
      data: withoutValidation,
      state,
      onEvent: ({ type }) => void (type === 'step' && watch.times.push(now())),
      stopRequested: () => watch.enough(),
    });
    const { table, arrays } = trainer;
    if (resumed) restoreArrays(resumed.path, resumed.checkpoint, arrays, table);
    else {
      const random = createRandom(config.seed, INITIALIZATION_STREAM);
      initialize(arrays.parameters, table, model, config.model.initialization, random);
    }
    const tokenizer = data.tokenizer.toJSON() as unknown as JsonValue;
    const written = toCheckpoint(state, arrays, { table, config: config as unknown as JsonValue, tokenizer });
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
      engine: engine.name,
      shards: engine.shards,
      threads: engine.threads,
      parameters: table.count,
      vocabularySize: model.vocabularySize,
      tokenizer: data.tokenizer.type,
      trainTokens: train.length,
      validationTokens: validation?.length ?? 0,
      testTokens: test?.length ?? 0,
      step: from.step,
      steps: trainer.steps,
      epochs: trainer.epochs,
      memory: {
        parameters: arrays.parameters.byteLength,
        optimizer: Object.values(arrays.moments).reduce((sum, arena) => sum + arena.byteLength, 0),
        engine: engine.memoryInUse(),
        corpus: [train, validation, test].reduce((sum, part) => sum + (part instanceof Int32Array ? part.byteLength : 0), 0),
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
async function withoutCache(corpus: CorpusConfig): Promise<CorpusConfig> {
  const { inMemory } = await openCorpus(corpus);
  return inMemory ? { ...corpus, cache: 'off' } : corpus;
}
