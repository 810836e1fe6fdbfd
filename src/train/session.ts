import type { ResolvedConfig } from '../config/types.js';
import type { Engine } from '../engine/engine.js';
import type { OptionValues } from '../foundation/options.js';
import { architectureOf } from '../model/architecture.js';
import { objectiveTerms } from '../model/objectives/index.js';
import { objectiveParameters } from '../model/objectives/objective.js';
import { termSchedules } from '../model/objectives/schedule.js';
import { type ParameterTable, parameterTable } from '../model/parameter-table.js';
import { frozenParameters } from '../model/places.js';
import type { ModelOptions } from '../model/specification.js';
import { fromAll, type GradientPrecision, shareOf, type Team } from '../parallel/team.js';
import { type Batches, batchesOfEpoch } from '../text/batches.js';
import type { WordRelations } from '../text/word-vectors/read-relations.js';
import { createParameterAverage } from './average-program.js';
import { type AveragingChoice, averagingFor } from './averaging/index.js';
import { compareParameters } from './compare-parameters.js';
import { createGradientSums } from './gradient-sums.js';
import { createLocalSteps, type DilocoOptions } from './local-steps.js';
import { summedSteps } from './microbatch-steps.js';
import { createTrainingProgram, type RowChoice, type WindowResult } from './training-program.js';
import type { TrainingArrays } from './training-state.js';
import { createUpdater, type UpdateOptions } from './update-program.js';

export interface SessionOptions extends UpdateOptions {
  readonly engine: Engine;
  readonly model: ModelOptions;
  /** With the shards of the engine for each microbatch. */
  readonly batches: Batches;
  readonly batchSize: number;
  /** Equal parts of the batch's rows that are computed one after another. Default 1. */
  readonly microbatches?: number;
  /** To which the gradients of microbatches are rounded before they are added, and their sum. Default float32. */
  readonly gradientPrecision?: GradientPrecision;
  /** Each microbatch has parameters of its own, and they meet now and then. Default: all have the same, and add their gradients. */
  readonly diloco?: DilocoOptions | undefined;
  /** Processes that share the microbatches. Default: this one computes all. */
  readonly team?: Team | undefined;
  /** The seed of masks and gradient noise. */
  readonly seed: number;
  /** Weights of the objective's terms by name, or maps with their options. Default none. */
  readonly objective?: OptionValues;
  /** The section of a config that says when terms of the objective count. Default always. */
  readonly objectiveSchedule?: OptionValues | undefined;
  /** The token that ends a line, for terms of the objective that use sentences. Default none. */
  readonly lineEnd?: number | undefined;
  /** Pairs of related tokens, for terms of the objective that use them. Default none. */
  readonly relations?: WordRelations | undefined;
  /** Patterns of places that are not trained (see `placesOf`). Default none. */
  readonly freeze?: readonly string[] | undefined;
  /** Windows of one update; fewer at the end of an epoch. Default 1. */
  readonly accumulation?: number;
  /** Probability that a sequence's state is set to zero before a window. Default 0. */
  readonly stateReset?: number;
  /** Default none: the trained parameters are evaluated. */
  readonly averaging?: AveragingChoice;
}

/** The result of the windows of one update. Losses are means over their tokens, in nats. */
export interface UpdateResult {
  readonly loss: number;
  readonly tokens: number;
  /**
   * How many windows were read, and their mean length divided by that of a window without random length; for batches of documents, the
   * mean number of their tokens divided by that of all windows.
   */
  readonly windows: number;
  readonly relativeLength: number;
  /** The weighted terms of the objective besides the cross-entropy, by name. */
  readonly terms: Readonly<Record<string, number>>;
  /** Of a bidirectional model: the loss of each direction, whose mean the loss is. Empty otherwise. */
  readonly directions: Readonly<Record<string, number>>;
  /** Global L2 norm of the gradients before clipping. With local steps: the mean of the workers' norms. */
  readonly norm: number;
}

/** Where an update is in a run, and the rows that count. */
export interface UpdatePlace {
  readonly epoch?: number;
  readonly progress?: number;
  readonly counts?: RowChoice;
}

/** A model in training: its arenas and its compiled step. Training runs, speed measurements and benchmarks use it. */
export interface TrainingSession {
  readonly table: ParameterTable;
  /**
   * The parameters that training changes, and those that are evaluated and saved. Without averaging they are one array; with it they are
   * two, whose contents are equal until averaging begins. With local steps they are those of a worker of this process, and the shared ones.
   */
  readonly parameters: { readonly trained: Float32Array; readonly evaluated: Float32Array };
  /** Gradients of the last update, [table.trainedLength], in the layout of the parameters. */
  readonly gradients: Float32Array;
  /** All arrays of a checkpoint. */
  readonly arrays: TrainingArrays;
  /** In a team: checks that all processes have the same parameters, and fetches the hidden states of the others to the first. */
  assemble(): Promise<void>;
  /** Sets the hidden state to zero, at the start of an epoch. */
  resetState(): void;
  /**
   * Computes the gradients of the windows of one update, from `window` of an epoch on, and advances the state and the buffers. `step` and
   * `epoch` (default 1) count from 1; `progress` is the share of the run that is done, for schedules of terms. Masks and resets of the
   * state are drawn for the step and the window's position in it. Trained parameters do not change.
   *
   * `counts` selects the rows of the batch whose targets count. Gradients and losses are still divided by the number of all targets, so
   * that those of two halves of the rows add up to those of the batch; `tokens` is the number of targets that count.
   */
  differentiate(window: number, step: number, place?: UpdatePlace): Promise<UpdateResult>;
  /** Copies the state and the buffers, which `differentiate` changes; the result restores them. */
  remember(): () => void;
  /** Clipping, regularization and the optimizer's step, in place. `step` counts from 1; `isLast` (default false) ends a round of local steps. */
  update(step: number, learningRate: number, norm: number, isLast?: boolean): Promise<void>;
  /** After an update: moves the evaluated parameters by this share towards the trained ones; without a share they become a copy. */
  average(share: number | undefined): Promise<void>;
}

/**
 * @throws UserError `usage` when a window of the unrolled network is longer than the engine can compile, and for local steps with batch
 *   normalization
 */
export function createSession(options: SessionOptions): TrainingSession {
  const { engine, model, batches, batchSize, seed, objective, stateReset, averaging } = options;
  const { accumulation = 1, microbatches = 1, gradientPrecision = 'float32', team } = options;
  const { optimizer, clipping, regularization, gradientNoise } = options;
  const frozen = frozenParameters(architectureOf(model), options.freeze);
  const table = trainingTable(model, options);
  const parameters = engine.allocateFloats(table.arenaLength);
  const program = createTrainingProgram({
    engine,
    model,
    table,
    frozen,
    parameters,
    batches,
    batchSize,
    microbatches,
    seed,
    relations: options.relations,
    lineEnd: options.lineEnd,
    schedules: termSchedules(options.objectiveSchedule),
    ...(objective && { objective }),
    ...(stateReset !== undefined && { stateReset }),
  });
  const trained = parameters.subarray(0, table.trainedLength);
  const updater = createUpdater(
    engine,
    { entries: table.trained, parameters: trained, gradients: program.gradients },
    { optimizer, clipping, regularization, gradientNoise, seed },
  );
  const windowSums = createGradientSums(table.trainedLength);
  const average = averaging && averagingFor(averaging) && createParameterAverage(engine, parameters, table.trainedLength);
  const sharing = { updater, gradients: program.gradients, microbatches, precision: gradientPrecision, team };
  const localSteps =
    options.diloco &&
    createLocalSteps(options.diloco, { engine, table, parameters, changed: program.parametersChanged }, sharing);
  const steps = localSteps ?? summedSteps(sharing);
  const evaluated = localSteps?.shared ?? average?.average ?? parameters;
  return {
    table,
    parameters: { trained: parameters, evaluated },
    gradients: program.gradients,
    arrays: localSteps
      ? { parameters: evaluated, evaluated, moments: localSteps.moments, state: program.state }
      : { parameters, evaluated, moments: updater.moments, state: program.state },
    async assemble() {
      if (!team) return;
      await compareParameters(team, table, localSteps ? evaluated : parameters);
      await localSteps?.assemble();
      for (let rank = 1; rank < team.size; rank++) {
        const { start, count } = shareOf(microbatches, { rank, size: team.size });
        const [from, to] = [start * engine.shards, (start + count) * engine.shards];
        const ofRank = Object.values(program.state).flatMap((parts) => parts.slice(from, to));
        await team.bring(ofRank, rank);
      }
    },
    resetState: () => program.resetState(),
    remember: () => program.remember(),
    async differentiate(window, step, { epoch = 1, progress, counts } = {}) {
      const { windows, sequenceLength, predictionsBefore, lengthOf, meanPredictions } = batchesOfEpoch(batches, epoch);
      const count = Math.min(accumulation, windows - window);
      const tokens = predictionsBefore(window + count) - predictionsBefore(window);
      const results: WindowResult[] = [];
      // Each worker's loss is a mean over its own tokens.
      const divisor = localSteps ? tokens / microbatches : tokens;
      program.parametersChanged();
      const norm = await steps.differentiate(step, async (microbatch) => {
        for (let index = 0; index < count; index++) {
          const draw = ((step - 1) * accumulation + index) * microbatches + microbatch + 1;
          results.push(await program.run(window + index, draw, { microbatch, epoch, divisor, progress, counts }));
          windowSums.addWindow(program.gradients, { index, count });
        }
      });
      const sum = (team ? await fromAll(team, results) : results).reduce(added);
      const total = localSteps ? divided(sum, microbatches) : sum;
      let length = 0;
      for (let index = 0; index < count; index++) length += lengthOf?.(window + index) ?? sequenceLength;
      const relativeLength =
        meanPredictions === undefined ? length / (count * sequenceLength) : tokens / (count * meanPredictions);
      return { ...total, windows: count, relativeLength, norm };
    },
    update: (step, learningRate, norm, isLast = false) => steps.update(step, learningRate, norm, isLast),
    average: async (share) => average?.update(share),
  };
}

/** The table of a session's parameters, for code that needs it before there is a session. */
export function trainingTable(
  model: ModelOptions,
  { freeze, objective = {} }: Pick<SessionOptions, 'freeze' | 'objective'>,
): ParameterTable {
  const architecture = architectureOf(model);
  const ofObjective = objectiveParameters(objectiveTerms, objective, architecture);
  return parameterTable(model, frozenParameters(architecture, freeze), ofObjective);
}

function added(a: WindowResult, b: WindowResult): WindowResult {
  return {
    loss: a.loss + b.loss,
    tokens: a.tokens + b.tokens,
    terms: addedByName(a.terms, b.terms),
    directions: addedByName(a.directions, b.directions),
  };
}

function divided({ loss, tokens, terms, directions }: WindowResult, divisor: number): WindowResult {
  const each = (values: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value / divisor]));
  return { loss: loss / divisor, tokens, terms: each(terms), directions: each(directions) };
}

function addedByName(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(a).map(([name, value]) => [name, value + b[name]!]));
}

/** The session options that a config decides. */
export function sessionConfig({ seed, training }: ResolvedConfig) {
  const { batchSize, microbatches, objective, objectiveSchedule, averaging, accumulation, stateReset, freeze } = training;
  const { optimizer, clipping, regularization, gradientNoise, gradientPrecision, diloco } = training;
  const update = { optimizer, clipping, regularization, gradientNoise, averaging, accumulation };
  return {
    seed,
    batchSize,
    microbatches,
    gradientPrecision,
    diloco,
    ...update,
    stateReset,
    objective,
    objectiveSchedule,
    freeze,
  };
}
