/**
 * What a training run tells the world. The progress bar, the plain log, `--json` and metrics.jsonl all read these and nothing
 * else. Losses are nats per predicted token; perplexity is their exponential.
 */
export type TrainingEvent =
  | EngineEvent
  | BudgetEvent
  | StartEvent
  | StepEvent
  | EpochEvent
  | ValidationEvent
  | LearningRateEvent
  | AveragingEvent
  | HighLossEvent
  | SamplesEvent
  | CheckpointEvent
  | EndEvent;

/** How an engine did when it was tried for `engine: auto`: how fast it is, or why it cannot be used. */
export interface EngineTrial {
  /** With its provider, if it has providers. */
  engine: string;
  threads?: number;
  tokensPerSecond?: number;
  failure?: string;
}

/** `engine: auto` has been decided by measuring, before everything else: this engine is the fastest of those that work here. */
export interface EngineEvent extends EngineTrial {
  type: 'engine';
  threads: number;
  /** Tokens trained on per second, in whole steps. */
  tokensPerSecond: number;
  others: EngineTrial[];
}

/** `training.budget` has been decided by measuring: the run has so many steps. */
export interface BudgetEvent {
  type: 'budget';
  /** The budget. */
  seconds: number;
  secondsPerStep: number;
  steps: number;
}

/** Everything is loaded and the first step is about to run. */
export interface StartEvent {
  type: 'start';
  runDirectory: string;
  /** The step that the next one continues from: 0 for a fresh run, the checkpoint's step for a resumed one. */
  step: number;
  steps: number;
  epochs: number;
  /** Steps of a whole epoch. */
  stepsPerEpoch: number;
  parameters: number;
  /** Those of them that `training.freeze` leaves as they are; absent where there are none. */
  frozenParameters?: number;
  vocabularySize: number;
  trainTokens: number;
  validationTokens: number;
  /** With its provider, if it has providers: `typed-array`, `onnxruntime (cpu)`. */
  engine: string;
  shards: number;
  /** At most, where their number is measured. */
  threads: number;
  /** Absent where the weights are drawn, and when a run is resumed. */
  startedFrom?: StartingPoint;
}

/** The model that a new run has its weights from. */
export interface StartingPoint {
  /** The model file. */
  path: string;
  sha256: string;
  /** Tokens that both vocabularies have, tokens that are new, and tokens of the model that the run does not have. */
  kept: number;
  added: number;
  dropped: number;
}

/** One optimizer step is done. */
export interface StepEvent {
  type: 'step';
  step: number;
  steps: number;
  /** Epochs begun, counted from 1. */
  epoch: number;
  epochs: number;
  /** Mean over the step's tokens, before the update. */
  loss: number;
  /** Every few steps and at the last: the mean over all tokens since the time before. */
  meanLoss?: number;
  learningRate: number;
  /** Global L2 norm of all gradients before clipping. */
  gradientNorm: number;
  /** Tokens predicted since the run began, over all its sessions. */
  tokens: number;
  /** The weighted terms of the objective besides the cross-entropy, by name; absent where there are none. */
  objective?: Readonly<Record<string, number>>;
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
}

/** Averaging has begun after the first step: from here on the average of the parameters is evaluated and saved. */
export interface AveragingEvent {
  type: 'averaging';
  step: number;
}

/** The schedule changed the learning rate in a way worth telling (reduce-on-plateau, a new step of a stepwise schedule). */
export interface LearningRateEvent {
  type: 'learning-rate';
  step: number;
  learningRate: number;
}

/** The training loss has stayed far above that of a model that knows nothing. Comes once in a session. */
export interface HighLossEvent {
  type: 'high-loss';
  step: number;
  /** Mean of the last steps. */
  loss: number;
  /** ln(vocabulary size). */
  lossOfChance: number;
}

/** Texts that the model as it is now has written. */
export interface SamplesEvent {
  type: 'samples';
  step: number;
  epoch: number;
  samples: Sample[];
}

/** A prompt and what the model wrote after it; or why it wrote nothing. */
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
  /** Lowest loss of all validations, which read the text as many streams. Absent when the run never validated. */
  bestValidationLoss?: number;
  bestStep?: number;
  /**
   * Loss of the best model on the validation split read as one stream, which is what `baselines` and `validationFloor` are compared
   * with. Absent when the run was interrupted, and where the split is so large that there are no baselines.
   */
  validationLoss?: number;
  /** Loss of the best model on the test split, when there is one and the run completed; read as one stream. */
  testLoss?: number;
  /** Why `validationLoss` or `testLoss` is not a number, where it would be there otherwise. */
  validationFailure?: string;
  testFailure?: string;
  /** Of a model that knows nothing: ln(vocabulary size). */
  lossOfChance?: number;
  /** Entropy of the validation split under the process that wrote it, where that is known (nats per token). */
  validationFloor?: number;
  /**
   * Losses on the validation split of models that only count: unigram, and Kneser-Ney of an order. They have counted so many of the
   * first training tokens. Absent without validation, when the run was interrupted, and where the split is very large.
   */
  baselines?: { unigram: number; kneserNey: number; order: number; trainingTokens: number };
  /** The model file to sample from. */
  model?: string;
}

export type TrainingListener = (event: TrainingEvent) => void;
