import type { ResolvedConfig } from '../config/types.js';
import type { Engine } from '../engine/engine.js';
import { architectureOf } from '../model/architecture.js';
import { type ParameterTable, parameterTable } from '../model/parameter-table.js';
import { frozenParameters } from '../model/places.js';
import type { ModelOptions } from '../model/specification.js';
import type { Batches } from '../text/batches.js';
import { createParameterAverage } from './average-program.js';
import { type AveragingChoice, averagingFor } from './averaging/index.js';
import { createTrainingProgram } from './training-program.js';
import type { TrainingArrays } from './training-state.js';
import { createUpdater, type UpdateOptions } from './update-program.js';

/**
 * Acts on the gradients between back-propagation and clipping: adds those of other processes, or of several windows. It changes them in
 * place.
 */
export type Reducer = (gradients: Float32Array) => void | Promise<void>;

export interface SessionOptions extends UpdateOptions {
  readonly engine: Engine;
  readonly model: ModelOptions;
  readonly batches: Batches;
  readonly batchSize: number;
  /** What masks and the noise of gradients are drawn from. */
  readonly seed: number;
  /** Weights of the objective's terms, by name. Default none. */
  readonly objective?: Readonly<Record<string, number>>;
  /** Places that are not trained (see `placesOf`). Default none. */
  readonly freeze?: readonly string[] | undefined;
  readonly reduce?: Reducer;
  /** Default none: the trained parameters are those that are evaluated. */
  readonly averaging?: AveragingChoice;
}

/** What one window gave. Losses are means over its tokens, in nats. */
export interface WindowResult {
  readonly loss: number;
  readonly tokens: number;
  /** The weighted terms of the objective besides the cross-entropy, by name. */
  readonly terms: Readonly<Record<string, number>>;
  /** Global L2 norm of the gradients before clipping. */
  readonly norm: number;
}

/** A model in training: its arenas and its compiled step. A run, a measurement of speed and a benchmark all train through this. */
export interface TrainingSession {
  readonly table: ParameterTable;
  /**
   * The parameters that training changes, and those that are evaluated and saved. Without averaging they are the same array; with it
   * they are two, of equal contents until averaging begins.
   */
  readonly parameters: { readonly trained: Float32Array; readonly evaluated: Float32Array };
  /** Gradients of the last window, [table.trainedLength], laid out as the parameters are. */
  readonly gradients: Float32Array;
  /** All that a checkpoint holds of the arrays. */
  readonly arrays: TrainingArrays;
  /** Forgets the hidden state: an epoch begins. */
  resetState(): void;
  /** Gradients of a window, and the state and the buffers moved on. `step` is what masks are drawn for. Trained parameters stay as they are. */
  differentiate(window: number, step: number): Promise<WindowResult>;
  /** Clipping, regularisation and the optimizer's step, in place. `step` counts from 1. */
  update(step: number, learningRate: number, norm: number): Promise<void>;
  /** After an update: moves the evaluated parameters by this share towards the trained ones; without a share they become a copy. */
  average(share: number | undefined): Promise<void>;
}

/** @throws UserError `usage` when a window of the unrolled network is more than the engine compiles */
export function createSession(options: SessionOptions): TrainingSession {
  const { engine, model, batches, batchSize, seed, objective, reduce, averaging } = options;
  const { optimizer, clipping, regularization, gradientNoise } = options;
  const frozen = frozenParameters(architectureOf(model), options.freeze);
  const table = parameterTable(model, frozen);
  const parameters = engine.allocateFloats(table.arenaLength);
  const program = createTrainingProgram({
    engine,
    model,
    table,
    frozen,
    parameters,
    batches,
    batchSize,
    seed,
    ...(objective && { objective }),
  });
  const trained = parameters.subarray(0, table.trainedLength);
  const updater = createUpdater(
    engine,
    { entries: table.trained, parameters: trained, gradients: program.gradients },
    { optimizer, clipping, regularization, gradientNoise, seed },
  );
  const average = averaging && averagingFor(averaging) && createParameterAverage(engine, parameters, table.trainedLength);
  const evaluated = average?.average ?? parameters;
  return {
    table,
    parameters: { trained: parameters, evaluated },
    gradients: program.gradients,
    arrays: { parameters, evaluated, moments: updater.moments, state: program.state },
    resetState: () => program.resetState(),
    async differentiate(window, step) {
      program.parametersChanged();
      const result = await program.run(window, step);
      await reduce?.(program.gradients);
      return { ...result, norm: await updater.gradientNorm() };
    },
    update: (step, learningRate, norm) => updater.update(step, learningRate, norm),
    average: async (share) => average?.update(share),
  };
}

/** The table of a session's parameters, for what needs it before there is a session. */
export function trainingTable(model: ModelOptions, freeze: SessionOptions['freeze']): ParameterTable {
  return parameterTable(model, frozenParameters(architectureOf(model), freeze));
}

/** The part of a session's options that a config decides. */
export function sessionConfig({ seed, training }: ResolvedConfig) {
  const { batchSize, optimizer, clipping, regularization, gradientNoise, objective, averaging, freeze } = training;
  const terms = objective as Readonly<Record<string, number>>;
  return { seed, batchSize, optimizer, clipping, regularization, gradientNoise, averaging, objective: terms, freeze };
}
