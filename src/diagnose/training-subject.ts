import type { NamedEngineConfig, ResolvedConfig } from '../config/types.js';
import type { Engine } from '../engine/engine.js';
import { createTypedArrayEngine } from '../engine/typed-array/typed-array-engine.js';
import { entryView, type ParameterTable, parameterTable } from '../model/parameter-table.js';
import type { ModelOptions } from '../model/specification.js';
import { stackOptions, stackTable } from '../model/stack-model.js';
import { stacksOf } from '../model/stacks.js';
import type { ParameterNetwork } from '../model/window-programs.js';
import { type CheckCheckpoint, findGoodCheckpoint, listCheckpoints, runLayout } from '../run/run-directory.js';
import type { TokenSource } from '../text/batches.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { openEngine, type Threads } from '../train/engines.js';
import { findRate, type RateTest } from '../train/find-rate.js';
import { withoutCache } from '../train/forecast.js';
import { drawInitialParameters } from '../train/initial-parameters.js';
import { beginTraining, prepareRun } from '../train/prepare-run.js';
import type { TrainingSession } from '../train/session.js';
import { stabilityOf } from '../train/stability.js';
import { Trainer } from '../train/trainer.js';
import { trainingBatches } from '../train/training-batches.js';
import { knownSurprisals } from '../train/training-data.js';
import type { TrainingState } from '../train/training-state.js';
import { type Curvature, measureCurvature } from './curvature.js';
import { findWorstBatch, type ScoredBatch } from './spike-batch.js';
import { measureSteps, type StepMeasurements } from './step-measurements.js';
import { tryWarmUp, type WarmUp } from './warm-up.js';

/** A model and the texts with which it is diagnosed. */
export interface Subject {
  readonly config: ResolvedConfig;
  /** Of one shard: it computes with the networks. */
  readonly engine: Engine;
  /** The model as it is; of a bidirectional model its forward stack. */
  readonly network: ParameterNetwork;
  /** The same before its training; absent where the model is not trained, or where it cannot be known. */
  readonly initial?: ParameterNetwork;
  /** The backward stack of a bidirectional model. */
  readonly backward?: { readonly network: ParameterNetwork; readonly initial?: ParameterNetwork };
  readonly tokenizer: Tokenizer;
  /** Tokens in the order in which the model reads them. */
  readonly train?: Int32Array | TokenSource;
  /** The text that is read; without it the training text is. */
  readonly validation?: Int32Array | TokenSource;
  /** Nats of the first predictions of the validation text under the process that generated it (see `knownSurprisals`). */
  readonly knownSurprisals?: (predictions: number) => Promise<Float64Array | undefined>;
  /** The steps of one pass over the training text; absent where there is no training. */
  readonly stepsPerEpoch?: number;
  /** Makes some steps of training in memory and measures them; absent where there is no optimizer. */
  readonly measureSteps?: () => Promise<StepMeasurements>;
  /** The same for the first steps of the training; called after the other. Absent where `initial` is. */
  readonly measureFirstSteps?: () => Promise<StepMeasurements>;
  /** The largest curvature of the loss of the next batch; called before steps are measured. Absent where there is no training. */
  readonly measureCurvature?: () => Promise<Curvature>;
  /** The batch with the highest loss among those of some steps, counted from 1; absent where there is no training. */
  readonly findBatch?: (from: number, to: number) => Promise<ScoredBatch>;
  /** The first steps of the training with a warm-up; called after the others. Absent for a model that starts from another. */
  readonly tryWarmUp?: () => Promise<WarmUp>;
  /** The learning-rate range test of the config. */
  readonly testRates?: () => Promise<RateTest>;
  close(): void;
}

interface TrainingSubjectOptions {
  readonly config: ResolvedConfig;
  /** The run directory, whose latest checkpoint is diagnosed; undefined for a config whose training has not begun. */
  readonly directory: string | undefined;
  readonly threads: Threads;
  readonly now: () => number;
  readonly onNotice: (message: string) => void;
}

const localNotice = 'training.diloco: the steps of the workers are not measured, only the shared parameters';

/** Steps of training that are measured, and batches whose gradients are compared before. */
const STEPS = 6;

/**
 * Opens a run, or a config, with everything that its training has: text, model, optimizer. Nothing is written.
 * @throws UserError of any kind, as training would
 */
export async function openTrainingSubject(options: TrainingSubjectOptions): Promise<Subject> {
  const { directory, threads, now, onNotice } = options;
  const resume =
    directory === undefined
      ? undefined
      : {
          path: directory,
          latestGoodCheckpoint: (check: CheckCheckpoint) =>
            findGoodCheckpoint(listCheckpoints(runLayout(directory).checkpoints), check),
        };
  const prepared = await prepareRun({ config: withLength(options.config), resume, onNotice, corpus: withoutCache });
  const { data, model, state, resumed } = prepared;
  if (model.bidirectional) onNotice(forwardNotice);
  const { validation, ...trained } = data;
  const config = { ...prepared.config, engine: engineOf(prepared.config) };
  const training = await openEngine(config.engine, threads, now);
  const observing = createTypedArrayEngine({ shards: 1, threads: 1 });
  const close = () => {
    training.close();
    observing.close();
    data.close();
  };
  try {
    const trainer = new Trainer({
      config,
      engine: training,
      model,
      // Nothing is validated here.
      data: trained,
      state,
      now,
      onEvent: () => {},
      stopRequested: () => false,
    });
    beginTraining(trainer, prepared, onNotice);
    const { session, batches, steps } = trainer;
    const stacksFrom = (source: Float32Array) =>
      stackNetworks(networkOf(observing, model, (arena, table) => copyByName(session.table, source, table, arena)));
    const [network, backward] = stacksFrom(session.parameters.evaluated);
    const measured = { session, batches, steps, config, count: STEPS };
    // The order in which parameters are drawn is that of the table of the training.
    const drawn = new Float32Array(session.table.arenaLength);
    drawInitialParameters(drawn, session.table, config);
    const isLocal = config.training.diloco !== undefined;
    if (isLocal) onNotice(localNotice);
    const startsAnew = config.training.from === undefined;
    const knowsInitial = resumed !== undefined && startsAnew;
    const [initial, initialBackward] = knowsInitial ? stacksFrom(drawn) : [undefined, undefined];
    const begin = () => {
      session.arrays.parameters.set(drawn);
      for (const { values } of Object.values(session.arrays.moments)) values.fill(0);
    };
    return {
      config,
      engine: observing,
      network,
      ...(backward && { backward: { network: backward, ...(initialBackward && { initial: initialBackward }) } }),
      ...(initial && {
        initial,
        ...(!isLocal && {
          measureFirstSteps: () => {
            begin();
            return measureSteps({ ...measured, state: { step: 0, epoch: 1, window: 0 } });
          },
        }),
      }),
      ...(startsAnew &&
        !isLocal && {
          tryWarmUp: () => {
            begin();
            return tryWarmUp({ session, batches, config, steps });
          },
        }),
      tokenizer: data.tokenizer,
      train: data.train,
      ...(validation && { validation }),
      knownSurprisals: (predictions) => knownSurprisals(config, predictions),
      stepsPerEpoch: Math.ceil(batches.windows / config.training.accumulation),
      ...(!isLocal && {
        measureSteps: () => measureSteps({ ...measured, state }),
        measureCurvature: () => curvatureOfNext({ session, state, steps, config }),
      }),
      findBatch: (from, to) =>
        findWorstBatch({
          engine: observing,
          network,
          batches: trainingBatches(config, data.train, 1),
          batchSize: config.training.batchSize,
          accumulation: config.training.accumulation,
          tokenizer: data.tokenizer,
          from,
          to,
        }),
      testRates: () => findRate({ config, threads, now }),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** The curvature at the next batch of a training, with the masks and the state of its step. Nothing of the training changes. */
async function curvatureOfNext(training: {
  readonly session: TrainingSession;
  readonly state: TrainingState;
  readonly steps: number;
  readonly config: ResolvedConfig;
}): Promise<Curvature> {
  const { session, state, steps, config } = training;
  const { epoch, window, step } = state;
  const { optimizer } = config.training;
  const leave = session.remember();
  if (window === 0) session.resetState();
  const begin = session.remember();
  try {
    return await measureCurvature({
      table: session.table,
      parameters: session.parameters.trained,
      async gradient() {
        begin();
        await session.differentiate(window, step + 1, { epoch, progress: step / steps });
        return session.gradients;
      },
      learningRate: optimizer.learningRate,
      stability: stabilityOf(optimizer, session.arrays.moments, step),
      seed: config.seed,
    });
  } finally {
    leave();
  }
}

/** A budget is not measured: the schedule is then that of a training of this many steps. */
const USUAL_STEPS = 1000;

function withLength(config: ResolvedConfig): ResolvedConfig {
  const { budget, ...training } = config.training;
  return budget === undefined ? config : { ...config, training: { ...training, steps: USUAL_STEPS } };
}

/** `auto` is not measured either. */
function engineOf({ engine }: ResolvedConfig): NamedEngineConfig {
  return engine.type === 'auto' ? { type: 'typed-array', shards: engine.shards, threads: engine.threads } : engine;
}

/** A model in the memory of an engine. */
export function networkOf(
  engine: Engine,
  options: ModelOptions,
  fill: (arena: Float32Array, table: ParameterTable) => void,
): ParameterNetwork {
  const table = parameterTable(options);
  const arena = engine.allocateFloats(table.arenaLength);
  fill(arena, table);
  return { options, table, arena };
}

/** What is not measured of a bidirectional model. */
export const forwardNotice =
  'this model reads in both directions: gradient flow and states are measured of each, steps of both together, and the fit, the history and the spikes of the forward direction';

/** The forward and, of a bidirectional model, the backward stack of a whole model, in its memory. */
function stackNetworks({ options, table, arena }: ParameterNetwork): readonly [ParameterNetwork, ParameterNetwork | undefined] {
  if (!options.bidirectional) return [{ options, table, arena }, undefined];
  const [forward, backward] = stacksOf(options).map((stack) => ({
    options: stackOptions(options, stack),
    table: stackTable(table, options, stack),
    arena,
  }));
  return [forward!, backward];
}

/** Copies the parameters of one table to those of the same names of another, which may lack some. */
function copyByName(from: ParameterTable, source: Float32Array, to: ParameterTable, target: Float32Array): void {
  const entries = new Map(from.entries.map((entry) => [entry.name, entry]));
  for (const entry of to.entries) entryView(target, entry).set(entryView(source, entries.get(entry.name)!));
}
