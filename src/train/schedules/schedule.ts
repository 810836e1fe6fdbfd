import { type Definition, numberOption, type Options, type OptionValues, wholeNumberOption } from '../../foundation/options.js';

/** The position in a run. Epochs are counted from 1; `step` is the number of the next update, from 1 to `steps`. */
export interface Progress {
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
}

/** The state of a schedule: plain numbers, stored in checkpoints. Only reduce-on-plateau uses it. */
export interface ScheduleState {
  reductions: number;
  /** Lowest validation loss that counted as an improvement. */
  best?: number;
  /** Validations since then. */
  waited: number;
}

export interface Schedule {
  learningRate(progress: Progress, state: ScheduleState): number;
  /** Records a validation loss. */
  validated?(loss: number, state: ScheduleState): void;
}

/** A schedule as configs and documents know it: one entry of the registry. */
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

/** Declares a schedule. `create` gets option values of the declared types; the registry sees all declarations as one type. */
export function declareSchedule<const D extends Options>(definition: Definition<ScheduleDeclaration, D>): ScheduleDeclaration {
  return definition as unknown as ScheduleDeclaration;
}

/** The largest number of steps that an option of a schedule allows. */
export const MOST_STEPS = 1_000_000_000_000;

export function warmupStepsOption(byDefault: number) {
  return wholeNumberOption(0, 1_000_000_000, byDefault, 'Steps from 0 up to the full rate.');
}

/** The rate in the warm-up: linear from 0 before the first step to `base` at the last. */
export function warmUp(base: number, step: number, warmupSteps: number): number {
  return (base * step) / warmupSteps;
}

export const minimumOption = numberOption({ from: 0, to: 1000 }, 0, 'Rate at the end of the decay.');
