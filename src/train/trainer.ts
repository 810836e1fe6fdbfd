import type { ResolvedConfig } from '../config/types.js';
import type { Engine } from '../engine/engine.js';
import { createModelEvaluator, type ModelEvaluator } from '../evaluate/model-evaluator.js';
import { nextTurn } from '../foundation/next-turn.js';
import type { ModelOptions } from '../model/specification.js';
import type { Team } from '../parallel/team.js';
import type { Batches } from '../text/batches.js';
import { averagingFor } from './averaging/index.js';
import { type DiagnosedSteps, diagnoseSteps } from './diagnose-steps.js';
import { divergenceError, nonFiniteTensors } from './divergence.js';
import { recordValidation, shouldStop } from './early-stopping.js';
import type { TrainingListener } from './events.js';
import { createLossWatch } from './loss-watch.js';
import { scheduleFor } from './schedules/index.js';
import { createSession, sessionConfig, type TrainingSession } from './session.js';
import { trainingBatches } from './training-batches.js';
import type { TrainingData } from './training-data.js';
import type { TrainingState } from './training-state.js';

/** Stores the trainer's results. */
export interface Keeper {
  /** Saves the current model as the best so far. */
  keepModel(): void;
  /**
   * Writes a checkpoint of the state and the arrays, and keeps the last one before the best validation; returns its path. Undefined where
   * nothing is written.
   */
  checkpoint(): string | undefined;
  /** Paths of the best model and of the last checkpoint up to its step, if they exist. */
  best(): { model?: string; checkpoint?: string };
}

/** The position of a run after a step. */
export interface Place {
  readonly step: number;
  readonly epoch: number;
  readonly endsEpoch: boolean;
  /** Whether it is the last planned step of the run. */
  readonly isLast: boolean;
}

/**
 * Is called after a step and its validation, before anything of it is written. `parameters` are those that are evaluated and saved; an
 * observer must not change them.
 */
export type Observer = (place: Place, parameters: Float32Array) => Promise<void>;

export interface TrainerOptions {
  config: ResolvedConfig;
  engine: Engine;
  model: ModelOptions;
  data: TrainingData;
  state: TrainingState;
  /** The time in seconds, from any origin. */
  now: () => number;
  onEvent: TrainingListener;
  /** With a team: whether any of its processes was asked. */
  stopRequested: () => boolean | Promise<boolean>;
  /** Processes that share the microbatches. Default: this one trains alone. */
  team?: Team | undefined;
  observe?: Observer | undefined;
}

/** Steps between two mean losses. */
const METRICS_INTERVAL = 10;
/** Seconds of computing after which timers and signals are handled. */
const TURN = 0.05;
/** A model in training: its arenas, its programs, and the loop over them. */
export class Trainer {
  readonly session: TrainingSession;
  /** Updates of the whole run. */
  readonly steps: number;
  readonly epochs: number;
  /** Updates of one epoch. */
  readonly stepsPerEpoch: number;
  lastCheckpoint: { path: string; loss?: number } | undefined;
  readonly batches: Batches;
  private readonly evaluator: ModelEvaluator | undefined;
  private readonly schedule;
  private readonly averaging;
  private lastTurn = 0;
  private lastLoss: number | undefined;
  private readonly isHighLoss: (meanLoss: number) => boolean;
  /** With `training.diagnostics`: makes the steps of the session, and measures some of them. */
  private readonly diagnosed: DiagnosedSteps | undefined;

  constructor(private readonly options: TrainerOptions) {
    const { config, engine, model, data, state, team } = options;
    const { optimizer, schedule } = config.training;
    this.batches = trainingBatches(config, data.train, engine.shards * config.training.microbatches);
    this.stepsPerEpoch = Math.ceil(this.batches.windows / config.training.accumulation);
    this.steps = config.training.steps ?? config.training.epochs! * this.stepsPerEpoch;
    this.epochs = Math.ceil(this.steps / this.stepsPerEpoch);
    const { relations } = data;
    this.session = createSession({
      engine,
      model,
      batches: this.batches,
      relations,
      lineEnd: data.tokenizer.lineEndId,
      team,
      ...sessionConfig(config),
    });
    const { diagnostics } = config.training;
    if (diagnostics) {
      state.diagnostics ??= { steps: 0, clipped: 0, square: 0, variance: 0 };
      this.diagnosed = diagnoseSteps(this.session, config, diagnostics.everySteps, state.diagnostics);
    } else delete state.diagnostics;
    this.isHighLoss = createLossWatch(Math.log(model.vocabularySize));
    this.averaging = averagingFor(config.training.averaging);
    this.schedule = scheduleFor(schedule, optimizer.learningRate);
    const { table, parameters } = this.session;
    const reading = { engine, model, table, parameters: parameters.evaluated, team, ...config.training };
    this.evaluator = data.validation && createModelEvaluator({ ...reading, tokens: data.validation });
  }

  /** Trains until the last step, early stopping or a request to stop; writes checkpoints in between and at the end. */
  async train(keeper: Keeper): Promise<'completed' | 'early-stopping' | 'interrupted'> {
    const { state, config, stopRequested } = this.options;
    const { checkpoints, earlyStopping } = config.training;
    const isOver = () => state.step >= this.steps || shouldStop(state.validation, earlyStopping);
    // From here on a killed run can be resumed.
    if (state.step === 0) await this.checkpoint(keeper);
    let interrupted = false;
    while (!isOver()) {
      interrupted = await stopRequested();
      if (interrupted) break;
      await this.step(keeper);
      if (this.validationIsDue()) await this.validate(keeper);
      await this.options.observe?.(this.place(), this.session.parameters.evaluated);
      if (state.window === this.batches.windows) this.endEpoch();
      if (state.step % checkpoints.everySteps === 0 && !isOver()) await this.checkpoint(keeper);
      await this.giveWay();
    }
    // Without validation the last model is saved.
    if (!interrupted && state.validation.bestStep === undefined) keeper.keepModel();
    await this.checkpoint(keeper);
    if (interrupted) return 'interrupted';
    return state.step >= this.steps ? 'completed' : 'early-stopping';
  }

  private place({ step, epoch, window } = this.options.state): Place {
    return { step, epoch, endsEpoch: window === this.batches.windows, isLast: step === this.steps };
  }

  /** One update: the gradients of its windows, their norm, the optimizer, and its metrics. */
  private async step(keeper: Keeper): Promise<void> {
    const { state, onEvent } = this.options;
    if (state.window === 0) this.session.resetState();
    const step = state.step + 1;
    const steps = this.diagnosed ?? this.session;
    const result = await steps.differentiate(state.window, step, {
      epoch: state.epoch,
      progress: state.step / this.steps,
    });
    const { loss, tokens, terms, directions, windows, relativeLength, norm } = result;
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) throw this.divergence(keeper, step, loss, 'training');
    const scheduled = this.schedule.learningRate({ epoch: state.epoch, step, steps: this.steps }, state.schedule);
    // The loss is a mean: without this factor a token of a long window would count less than one of a short window (Merity et al. 2017).
    const learningRate = scheduled * relativeLength;
    await steps.update(step, learningRate, norm, step === this.steps);
    await this.average(step);

    this.lastLoss = loss;
    state.step = step;
    state.window += windows;
    state.tokens += tokens;
    state.epochNats += loss * tokens;
    state.epochTokens += tokens;
    state.recentNats += loss * tokens;
    state.recentTokens += tokens;
    const meanLoss = this.meanLossIfDue(step);
    const { epoch, tokens: allTokens } = state;
    onEvent({
      type: 'step',
      step,
      steps: this.steps,
      epoch,
      epochs: this.epochs,
      loss,
      learningRate,
      gradientNorm: norm,
      tokens: allTokens,
      ...(meanLoss !== undefined && { meanLoss }),
      ...(Object.keys(terms).length > 0 && { objective: terms }),
      ...(Object.keys(directions).length > 0 && { directions }),
    });
    const diagnosis = this.diagnosed?.last();
    if (diagnosis) onEvent({ type: 'diagnostics', step, epoch, ...diagnosis });
    if (meanLoss !== undefined && this.isHighLoss(meanLoss))
      onEvent({ type: 'high-loss', step, loss: meanLoss, lossOfChance: Math.log(this.options.model.vocabularySize) });
  }

  /** Adds the new parameters to the average, once averaging has begun. */
  private async average(step: number): Promise<void> {
    const { state, onEvent } = this.options;
    if (!this.averaging) return;
    const share = this.averaging.share({ epoch: state.epoch, step, steps: this.steps }, state.averaging);
    await this.session.average(share);
    if (share === undefined) return;
    state.averaging.count++;
    if (state.averaging.count === 1 && step > 1) onEvent({ type: 'averaging', step });
  }

  /** Every few steps and at the last one: the mean loss since the previous such step. */
  private meanLossIfDue(step: number): number | undefined {
    const { state } = this.options;
    if (step % METRICS_INTERVAL !== 0 && step !== this.steps) return undefined;
    const mean = state.recentNats / state.recentTokens;
    state.recentNats = 0;
    state.recentTokens = 0;
    return mean;
  }

  private validationIsDue(): boolean {
    const { state, config } = this.options;
    const when = config.training.validation;
    if (!this.evaluator || !when) return false;
    if (state.step === this.steps) return true;
    if (when.everySteps !== undefined) return state.step % when.everySteps === 0;
    return state.window === this.batches.windows && state.epoch % when.everyEpochs! === 0;
  }

  private async validate(keeper: Keeper): Promise<void> {
    const { state, config, onEvent } = this.options;
    const { step, epoch } = state;
    const { loss, tokens, directions } = await this.evaluator!.run();
    if (!Number.isFinite(loss)) throw this.divergence(keeper, step, loss, 'validation');
    const best = recordValidation(state.validation, loss, step, config.training.earlyStopping);
    if (best) keeper.keepModel();
    const averaged = state.averaging.count > 0;
    const more = { ...(averaged && { averaged }), ...(directions && { directions }) };
    onEvent({ type: 'validation', step, epoch, loss, perplexity: Math.exp(loss), tokens, best, ...more });
    this.averaging?.validated?.(loss, state.averaging);
    if (!averaged && state.averaging.count > 0) onEvent({ type: 'averaging', step });
    const reductions = state.schedule.reductions;
    this.schedule.validated?.(loss, state.schedule);
    if (state.schedule.reductions > reductions) {
      const learningRate = this.schedule.learningRate({ epoch, step, steps: this.steps }, state.schedule);
      onEvent({ type: 'learning-rate', step, learningRate });
    }
  }

  private endEpoch(): void {
    const { state, onEvent } = this.options;
    const { step, epoch } = state;
    onEvent({ type: 'epoch', step, epoch, loss: state.epochNats / state.epochTokens });
    state.epoch++;
    state.window = 0;
    state.epochNats = 0;
    state.epochTokens = 0;
  }

  private async checkpoint(keeper: Keeper): Promise<void> {
    const { state, onEvent } = this.options;
    if (nonFiniteTensors(this.session.parameters.trained, this.session.table.entries).length > 0)
      throw this.divergence(keeper, state.step, this.lastLoss ?? Number.NaN, 'training');
    await this.session.assemble();
    const path = keeper.checkpoint();
    if (path === undefined) return;
    this.lastCheckpoint = { path, ...(this.lastLoss !== undefined && { loss: this.lastLoss }) };
    onEvent({ type: 'checkpoint', step: state.step, path });
  }

  private divergence(keeper: Keeper, step: number, loss: number, during: 'training' | 'validation') {
    const { session, lastCheckpoint, evaluator } = this;
    const { config, state } = this.options;
    const { bestLoss, bestStep } = state.validation;
    const { model, checkpoint } = keeper.best();
    const learningRate = this.schedule.learningRate({ epoch: state.epoch, step, steps: this.steps }, state.schedule);
    return divergenceError(
      {
        step,
        during,
        loss,
        table: session.table,
        parameters: session.parameters[during === 'training' ? 'trained' : 'evaluated'],
        gradients: session.gradients,
        state: during === 'training' ? session.arrays.state : evaluator!.state,
        learningRate,
        config,
      },
      {
        ...(lastCheckpoint && { lastCheckpoint }),
        ...(checkpoint !== undefined && { bestCheckpoint: checkpoint }),
        ...(model !== undefined && { bestModel: model }),
        ...(bestLoss !== undefined && { bestLoss }),
        ...(bestStep !== undefined && { bestStep }),
      },
    );
  }

  /** A step blocks the thread, so signals and the progress bar's timer are handled from time to time. */
  private async giveWay(): Promise<void> {
    const { now } = this.options;
    if (now() - this.lastTurn < TURN) return;
    await nextTurn();
    this.lastTurn = now();
  }
}
