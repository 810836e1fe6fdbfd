import type { StepDiagnosis } from './step-diagnosis.js';

/**
 * The events of a training run. The progress bar, the plain log, `--json` and metrics.jsonl read only these. Losses are nats per predicted
 * token; perplexity is exp(loss).
 */
export type TrainingEvent =
  | EngineEvent
  | BudgetEvent
  | StartEvent
  | StepEvent
  | DiagnosticsEvent
  | EpochEvent
  | ValidationEvent
  | LearningRateEvent
  | AveragingEvent
  | HighLossEvent
  | SamplesEvent
  | CheckpointEvent
  | EndEvent;

/** The trial of an engine for `engine: auto`: its speed, or why it cannot be used. */
export interface EngineTrial {
  /** With its provider, if it has one. */
  engine: string;
  threads?: number;
  tokensPerSecond?: number;
  failure?: string;
}

/** `engine: auto` was decided by measuring, before everything else: this engine is the fastest of those that work. */
export interface EngineEvent extends EngineTrial {
  type: 'engine';
  threads: number;
  /** Tokens trained on per second, in whole steps. */
  tokensPerSecond: number;
  others: EngineTrial[];
}

/** `training.budget` was decided by measuring: the number of steps of the run. */
export interface BudgetEvent {
  type: 'budget';
  /** The budget. */
  seconds: number;
  secondsPerStep: number;
  steps: number;
}

/** Everything is loaded; the first step follows. */
export interface StartEvent {
  type: 'start';
  runDirectory: string;
  /** The step from which the run continues: 0 for a new run, the checkpoint's step for a resumed one. */
  step: number;
  steps: number;
  epochs: number;
  /** Steps of a complete epoch. */
  stepsPerEpoch: number;
  parameters: number;
  /** The number of parameters that `training.freeze` excludes from training; absent where there are none. */
  frozenParameters?: number;
  vocabularySize: number;
  trainTokens: number;
  validationTokens: number;
  /** With its provider, if it has providers: `typed-array`, `onnxruntime (cpu)`. */
  engine: string;
  shards: number;
  /** The most threads, where their number is measured. */
  threads: number;
  /** Absent where the weights are drawn at random, and when a run is resumed. */
  startedFrom?: StartingPoint;
}

/** The model from which a new run takes its weights. */
export interface StartingPoint {
  /** The model file. */
  path: string;
  sha256: string;
  /** Numbers of tokens: in both vocabularies; only in that of the run; only in that of the model. */
  kept: number;
  added: number;
  dropped: number;
}

/** One update was made. */
export interface StepEvent {
  type: 'step';
  step: number;
  steps: number;
  /** The epoch, counted from 1. */
  epoch: number;
  epochs: number;
  /** Mean over the step's tokens, before the update. */
  loss: number;
  /** Every few steps and at the last one: the mean over all tokens since the previous such step. */
  meanLoss?: number;
  learningRate: number;
  /** Global L2 norm of all gradients before clipping. */
  gradientNorm: number;
  /** Tokens predicted since the run began, over all of its sessions. */
  tokens: number;
  /** The weighted terms of the objective besides the cross-entropy, by name; absent where there are none. */
  objective?: Readonly<Record<string, number>>;
  /** Of a bidirectional model: the loss of each direction in this step, whose mean `loss` is. */
  directions?: DirectionLosses;
}

/** Losses of the directions of a bidirectional model: `forward` and `backward`. */
type DirectionLosses = Readonly<Record<string, number>>;

/** What the last step did (`training.diagnostics`). */
export interface DiagnosticsEvent extends StepDiagnosis {
  type: 'diagnostics';
  step: number;
  epoch: number;
}

export interface EpochEvent {
  type: 'epoch';
  step: number;
  epoch: number;
  /** Mean over all tokens of the epoch. */
  loss: number;
}

export interface ValidationEvent {
  type: 'validation';
  step: number;
  epoch: number;
  loss: number;
  perplexity: number;
  tokens: number;
  /** Lower than every validation before it in this run. */
  best: boolean;
  /** Whether the average of the parameters was measured (`training.averaging`); absent where it was the trained parameters. */
  averaged?: boolean;
  /** Of a bidirectional model: the loss of each direction, whose mean `loss` is. */
  directions?: DirectionLosses;
}

/** Averaging began after the first step: from here on the average of the parameters is evaluated and saved. */
export interface AveragingEvent {
  type: 'averaging';
  step: number;
}

/** The schedule changed the learning rate in steps (reduce-on-plateau, a stepwise schedule). */
export interface LearningRateEvent {
  type: 'learning-rate';
  step: number;
  learningRate: number;
}

/** The training loss has stayed far above that of the uniform distribution. Reported once in a session. */
export interface HighLossEvent {
  type: 'high-loss';
  step: number;
  /** Mean over the last steps. */
  loss: number;
  /** ln(vocabulary size). */
  lossOfChance: number;
}

/** Texts written by the current model. */
export interface SamplesEvent {
  type: 'samples';
  step: number;
  epoch: number;
  samples: Sample[];
}

/** A prompt and the text that the model wrote after it, or why it could not. */
export interface Sample {
  prompt: string;
  text?: string;
  failure?: string;
}

export interface CheckpointEvent {
  type: 'checkpoint';
  step: number;
  path: string;
}

export interface EndEvent {
  type: 'end';
  reason: 'completed' | 'early-stopping' | 'interrupted';
  step: number;
  tokens: number;
  /** Lowest loss of all validations, which read the text as many streams. Absent when the run did not validate. */
  bestValidationLoss?: number;
  bestStep?: number;
  /**
   * Loss of the best model on the validation split, read as one stream; comparable with `baselines` and `validationFloor`. Absent when the
   * run was interrupted, and where the split is too large for baselines.
   */
  validationLoss?: number;
  /** Loss of the best model on the test split, read as one stream; present if there is one and the run completed. */
  testLoss?: number;
  /** Why `validationLoss` or `testLoss` is missing although the split was read. */
  validationFailure?: string;
  testFailure?: string;
  /** Loss of the uniform distribution: ln(vocabulary size). */
  lossOfChance?: number;
  /** Entropy of the validation split under the process that generated it, where that is known (nats per token). */
  validationFloor?: number;
  /**
   * Losses of counting models on the validation split: unigram, and Kneser-Ney of order `order`, counted on the first `trainingTokens`
   * training tokens. Absent without validation, when the run was interrupted, and where the split is very large.
   */
  baselines?: { unigram: number; kneserNey: number; order: number; trainingTokens: number };
  /**
   * Present where documents are sequences: all losses are then those of documents that are read from a zero state, never of one stream.
   */
  sequences?: 'documents';
  /** Present for a model that reads in both directions: each loss is the mean of both. */
  bidirectional?: true;
  /** The model file to sample from. */
  model?: string;
}

export type TrainingListener = (event: TrainingEvent) => void;
