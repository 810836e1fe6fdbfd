import type { ConfigChange } from '../../config/proposed-changes.js';
import type { Evidence } from '../evidence.js';

/** What is wrong with a training, and what to do about it. */
export interface DiagnosisFinding {
  /**
   * From 0 to 1: the worst finding is reported first. 1: nothing can be learned as long as this is so; 0.5: the result will be clearly worse
   * than it could be; below 0.3: a remark.
   */
  readonly severity: number;
  /** In one sentence. */
  readonly problem: string;
  /** The number that shows it, and the threshold with its source. */
  readonly measured: string;
  readonly threshold: string;
  /** Keys of the config and the values that should help; the report shows them as YAML and as `--set` flags. */
  readonly changes: readonly ConfigChange[];
  /** What the change should do. */
  readonly gain: string;
}

/** One cause that is looked for. A new one is its file and a line in the registry. */
export interface DiagnosisRule {
  /** `rate-too-high`. */
  readonly name: string;
  /** For the documentation: what it looks for, and when it reports. */
  readonly describe: string;
  /** Undefined when the evidence does not show it, or lacks what the rule reads. */
  judge(evidence: Evidence): DiagnosisFinding | undefined;
}

/** A finding and the rule that made it. */
export type NamedFinding = DiagnosisFinding & { readonly rule: string };

/** A number in three digits. */
export const digits = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'not finite');

export const asPercent = (share: number): string => (Number.isFinite(share) ? `${digits(100 * share)}%` : digits(share));

/** The highest of some losses, within a sentence. */
export const highestLoss = (losses: readonly number[]): string =>
  losses.every(Number.isFinite) ? digits(Math.max(...losses)) : 'infinity';
