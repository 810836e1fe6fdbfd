import type { Definition, Options, OptionValues } from '../../foundation/options.js';

/** Where a run stands. Epochs are counted from 1; `step` is the number of the update to come, from 1 to `steps`. */
export interface Progress {
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
}

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

/** A schedule as configs and documents know it. One of these is the schedule's line in the registry. */
export interface ScheduleDeclaration {
  /** `type` in a config. */
  readonly type: string;
  /** One sentence with its source. */
  readonly describe: string;
  readonly options: Options;
  /** Whether it needs the losses of a validation text. */
  readonly validates?: boolean;
  /** @param base the optimizer's learning rate */
  readonly create: (values: OptionValues, base: number) => Schedule;
}

/** Declares a schedule: its options' types reach `create`, and the registry sees any declaration alike. */
export function declareSchedule<const D extends Options>(definition: Definition<ScheduleDeclaration, D>): ScheduleDeclaration {
  return definition as unknown as ScheduleDeclaration;
}
