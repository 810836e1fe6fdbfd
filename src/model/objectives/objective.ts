import type { NumberOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';

/** What a term of the objective may look at. Rows are time-major: row t * B + b of a shard's window of T steps of B sequences. */
export interface ObjectiveContext {
  /** Outputs of the last layer before and after dropout, [T*B, H]. */
  readonly output: Node;
  readonly hidden: Node;
  /** The nats of each target, [T*B, 1]. */
  readonly losses: Node;
  /** The log-probability of each token, [T*B, V], up to a constant of the row. Asking for it computes it. */
  logProbabilities(): Node;
  /** [T*B, 1]: 1 where the target counts, else 0. */
  readonly weights: Node;
  readonly steps: number;
  readonly batch: number;
}

/**
 * A term that training adds to the cross-entropy: differentiated with it, logged by its own name, and no part of the reported loss. One of
 * these is the term's line in the registry; its name is its key in a config (`training.objective`).
 */
export interface ObjectiveTerm {
  readonly name: string;
  /** The weight: what the key means, with its source. 0 leaves the term out. */
  readonly weight: NumberOption;
  /** Whether the term asks for the log-probabilities of all tokens. */
  readonly wholeVocabulary?: boolean;
  /** Values [rows, 1] whose sum over all rows and shards, divided by the number of counted targets, is the term before its weight. */
  values(context: ObjectiveContext): Node;
}
