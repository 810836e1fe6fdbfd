import type { NumberOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';

/** What a term of the objective can read. Rows are time-major: row t * B + b of a shard's window of T steps of B sequences. */
export interface ObjectiveContext {
  /** Outputs of the last layer before (`output`) and after (`hidden`) dropout, [T*B, H]. */
  readonly output: Node;
  readonly hidden: Node;
  /** The loss of each target in nats, [T*B, 1]. */
  readonly losses: Node;
  /** The log-probability of each token, [T*B, V], up to a constant of the row. It is computed only if a term calls this. */
  logProbabilities(): Node;
  /** [T*B, 1]: 1 where the target counts, else 0. */
  readonly weights: Node;
  readonly steps: number;
  readonly batch: number;
}

/**
 * A term that training adds to the cross-entropy. It is differentiated, logged by its own name, and not part of the reported loss. A term
 * is one object in the registry; its name is its key in a config (`training.objective`).
 */
export interface ObjectiveTerm {
  readonly name: string;
  /** Option of the weight: describes the term, with its source. 0 omits the term. */
  readonly weight: NumberOption;
  /** Whether the term uses the log-probabilities of all tokens. */
  readonly wholeVocabulary?: boolean;
  /** Values [rows, 1]. The term before its weight is their sum over all rows and shards, divided by the number of counted targets. */
  values(context: ObjectiveContext): Node;
}
