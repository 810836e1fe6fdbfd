/** Where a run stands. Epochs are counted from 1; `step` is the number of the update to come, from 1 to `steps`. */
export interface Progress {
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
}

/** How the learning rate changes, as a config names it. */
export type ScheduleChoice =
  | { readonly type: 'constant' }
  | { readonly type: 'step'; readonly startEpoch: number; readonly everyEpochs: number; readonly factor: number }
  | { readonly type: 'exponential'; readonly startEpoch: number; readonly factor: number }
  | {
      readonly type: 'cosine';
      readonly warmupSteps: number;
      readonly minimum: number;
      /** Default: all steps of the run. */
      readonly decaySteps?: number;
      /** Default: hold. */
      readonly afterDecay?: 'hold' | 'restart';
    }
  | {
      readonly type: 'plateau';
      readonly factor: number;
      readonly patience: number;
      readonly threshold: number;
      readonly minimum: number;
    };

/** What a schedule remembers: plain numbers, kept in checkpoints. Only reduce-on-plateau uses it. */
export interface ScheduleState {
  reductions: number;
  /** Lowest validation loss that counted as an improvement. */
  best?: number;
  /** Validations since then. */
  waited: number;
}

export interface Schedule {
  learningRate(progress: Progress, state: ScheduleState): number;
  /** Takes note of a validation loss. */
  validated?(loss: number, state: ScheduleState): void;
}
