import type { Definition, Options, OptionValues } from '../../foundation/options.js';
import type { Progress } from '../schedules/schedule.js';

/** The state of averaging: plain numbers, stored in checkpoints. The average itself is an array beside the parameters. */
export interface AveragingState {
  /** How many sets of parameters, one for each update, are in the average; 0 before averaging begins. */
  count: number;
  /** Losses of the last validations, the oldest first, and the lowest of all earlier ones. Only NT-ASGD uses them. */
  recent: number[];
  lowest?: number;
}

/**
 * A rule by which parameters are averaged over the updates:
 *
 *     average = average + share (parameters - average)
 *
 * The average is evaluated and saved. Training continues with the parameters: the average does not affect any update.
 */
export interface Averaging {
  /**
   * The share of the parameters after update `step` in the average. Undefined before averaging begins: until then the trained parameters
   * are evaluated.
   */
  share(progress: Progress, state: AveragingState): number | undefined;
  /** Records a validation loss. */
  validated?(loss: number, state: AveragingState): void;
}

/** An averaging rule as configs and documents know it: one entry of the registry. */
export interface AveragingDeclaration {
  /** `type` in a config. */
  readonly type: string;
  /** One sentence with its source. */
  readonly describe: string;
  readonly options: Options;
  /** Whether it needs the losses of a validation text. */
  readonly validates?: boolean;
  /** Creates the rule; undefined for none, so that no second array is allocated. */
  readonly create: (values: OptionValues) => Averaging | undefined;
}

/** Declares an averaging rule. `create` gets option values of the declared types; the registry sees all declarations as one type. */
export function declareAveraging<const D extends Options>(
  definition: Definition<AveragingDeclaration, D>,
): AveragingDeclaration {
  return definition as unknown as AveragingDeclaration;
}
