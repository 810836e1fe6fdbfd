import type { Definition, Options, OptionValues } from '../../foundation/options.js';
import type { Progress } from '../schedules/schedule.js';

/** What averaging remembers: plain numbers, kept in checkpoints. The average itself is an array beside the parameters. */
export interface AveragingState {
  /** Parameters, one set for each update, that are in the average; 0 before averaging begins. */
  count: number;
  /** Losses of the last validations, the oldest first, and the lowest of all before them. Only NT-ASGD uses them. */
  recent: number[];
  lowest?: number;
}

/**
 * A rule by which parameters are averaged over the updates:
 *
 *     average = average + share (parameters - average)
 *
 * The average is what is evaluated and saved. Training goes on with the parameters: the average changes no update.
 */
export interface Averaging {
  /**
   * The share of the parameters after update `step` in the average; undefined before averaging begins, where the evaluated parameters
   * are the trained ones.
   */
  share(progress: Progress, state: AveragingState): number | undefined;
  /** Takes note of a validation loss. */
  validated?(loss: number, state: AveragingState): void;
}

/** An averaging rule as configs and documents know it. One of these is the rule's line in the registry. */
export interface AveragingDeclaration {
  /** `type` in a config. */
  readonly type: string;
  /** One sentence with its source. */
  readonly describe: string;
  readonly options: Options;
  /** Whether it needs the losses of a validation text. */
  readonly validates?: boolean;
  /** The rule; undefined for none, where no second array is kept. */
  readonly create: (values: OptionValues) => Averaging | undefined;
}

/** Declares an averaging rule: its options' types reach `create`, and the registry sees any declaration alike. */
export function declareAveraging<const D extends Options>(
  definition: Definition<AveragingDeclaration, D>,
): AveragingDeclaration {
  return definition as unknown as AveragingDeclaration;
}
