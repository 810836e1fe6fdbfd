import type { NamedEngineConfig, ResolvedConfig } from '../config/types.js';
import type { Engine } from '../engine/engine.js';
import { createTypedArrayEngine } from '../engine/typed-array/typed-array-engine.js';
import { UserError } from '../foundation/errors.js';
import { entryView, type ParameterTable, parameterTable } from '../model/parameter-table.js';
import type { ModelOptions } from '../model/specification.js';
import type { ParameterNetwork } from '../model/window-programs.js';
import { type CheckCheckpoint, findGoodCheckpoint, listCheckpoints, runLayout } from '../run/run-directory.js';
import type { TokenSource } from '../text/batches.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { openEngine, type Threads } from '../train/engines.js';
import { findRate, type RateTest } from '../train/find-rate.js';
import { withoutCache } from '../train/forecast.js';
import { drawInitialParameters } from '../train/initial-parameters.js';
import { beginTraining, prepareRun } from '../train/prepare-run.js';
import { Trainer } from '../train/trainer.js';
import { measureSteps, type StepMeasurements } from './step-measurements.js';

/** A model and the texts with which it is diagnosed. */
export interface Subject {
  readonly config: ResolvedConfig;
  /** Of one shard: it computes with the networks. */
  readonly engine: Engine;
  /** The model as it is. */
  readonly network: ParameterNetwork;
  /** The model before its training; absent where the model is not trained, or where it cannot be known. */
  readonly initial?: ParameterNetwork;
  readonly tokenizer: Tokenizer;
  /** Tokens in the order in which the model reads them. */
  readonly train?: Int32Array | TokenSource;
  /** The text that is read; without it the training text is. */
  readonly validation?: Int32Array | TokenSource;
  /** Makes some steps of training in memory and measures them; absent where there is no optimizer. */
  readonly measureSteps?: () => Promise<StepMeasurements>;
  /** The same for the first steps of the training; called after the other. Absent where `initial` is. */
  readonly measureFirstSteps?: () => Promise<StepMeasurements>;
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
  if (model.bidirectional)
    throw new UserError('usage', 'a model that reads in both directions cannot be diagnosed: give a model of one direction');
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
    const network = networkOf(observing, model, (arena, table) =>
      copyByName(session.table, session.parameters.evaluated, table, arena),
    );
    const measured = { session, batches, steps, config, count: STEPS };
    // The order in which parameters are drawn is that of the table of the training.
    const drawn = new Float32Array(session.table.arenaLength);
    drawInitialParameters(drawn, session.table, config);
    const knowsInitial = resumed !== undefined && config.training.from === undefined;
    return {
      config,
      engine: observing,
      network,
      ...(knowsInitial && {
        initial: networkOf(observing, model, (arena, table) => copyByName(session.table, drawn, table, arena)),
        measureFirstSteps: () => {
          session.arrays.parameters.set(drawn);
          for (const { values } of Object.values(session.arrays.moments)) values.fill(0);
          return measureSteps({ ...measured, state: { step: 0, epoch: 1, window: 0 } });
        },
      }),
      tokenizer: data.tokenizer,
      train: data.train,
      ...(validation && { validation }),
      measureSteps: () => measureSteps({ ...measured, state }),
      testRates: () => findRate({ config, threads, now }),
      close,
    };
  } catch (error) {
    close();
    throw error;
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

/** Copies the parameters of one table to those of the same names of another, which may lack some. */
function copyByName(from: ParameterTable, source: Float32Array, to: ParameterTable, target: Float32Array): void {
  const entries = new Map(from.entries.map((entry) => [entry.name, entry]));
  for (const entry of to.entries) entryView(target, entry).set(entryView(source, entries.get(entry.name)!));
}
