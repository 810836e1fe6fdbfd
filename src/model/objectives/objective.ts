import {
  defaultsOf,
  type MapOption,
  type NumberOption,
  type OptionValue,
  type OptionValues,
} from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import type { Architecture } from '../architecture.js';
import type { ParameterSpecification, PlacedParameter } from '../declarations.js';
import { stacksOf } from '../stacks.js';

/** What a term of the objective can read. Rows are time-major: row t * B + b of a shard's window of T steps of B sequences. */
export interface ObjectiveContext {
  /** Outputs of the last layer before (`output`) and after (`hidden`) dropout, [T*B, H]. */
  readonly output: Node;
  readonly hidden: Node;
  /** The loss of each target in nats, [T*B, 1]. */
  readonly losses: Node;
  /** Ids of the tokens that are read, and of the targets, integers [T*B, 1]. */
  readonly tokens: Node;
  readonly targets: Node;
  /** The matrix of the embedding, [V, E], without dropout. */
  readonly embedding: Node;
  /** The head's vectors of all tokens, [V, D]. Only for heads that have them. */
  outputVectors(): Node;
  /** Ids of random tokens, integers [count * T*B, 1], drawn for each step in proportion to their counts to the power 3/4. */
  randomTokens(count: number): Node;
  /**
   * Words of the sentence before that of each target: `count` for each row, integers [count * T*B, 1]; and 1 where there is such a sentence,
   * else 0, [T*B, 1].
   */
  previousWords(count: number): Readonly<Record<'tokens' | 'known', Node>>;
  /** Pairs of related tokens: ids of both, integers [P, 1], and the weight of each pair, [P, 1]. Shared by all shards. */
  relations(): Readonly<Record<'first' | 'second' | 'shares', Node>>;
  /** A parameter of the term, by the term's own name for it. */
  parameter(name: string): Node;
  /** The head's loss of each target for other inputs of the head, in nats, [R, 1]. Only for heads without a memory. */
  lossesOf(hidden: Node, targets: Node): Node;
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
  /**
   * Describes the term, with its source. A number is the weight, and 0 omits the term. A term with further options has a map, whose short
   * form is the weight; without the key it is omitted.
   */
  readonly option: NumberOption | MapOption;
  /** Whether the term uses the log-probabilities of all tokens. */
  readonly wholeVocabulary?: boolean;
  /** Whether the term uses the head's vectors of tokens, which must have the size of the embedding. */
  readonly outputVectors?: boolean;
  /** Whether the term uses `lossesOf`. */
  readonly otherInputs?: boolean;
  /**
   * Parameters that only training uses: they are trained and a part of checkpoints, but not of the model. Default none.
   * @param hiddenSize H
   */
  parameters?(hiddenSize: number, options: OptionValues): readonly ParameterSpecification[];
  /** Whether the term uses pairs of related tokens. It is omitted where there are none, as in measurements of speed. */
  readonly relations?: boolean;
  /**
   * Values [rows, 1]. The term before its weight is their sum over all rows and shards, divided by the number of counted targets.
   * @param options values of the further options
   */
  values(context: ObjectiveContext, options: OptionValues): Node;
}

/** The name of the cross-entropy where terms of the objective are named. */
export const CROSS_ENTROPY = 'crossEntropy';

/** The parameters that terms of an objective have for training alone, in each stack, by their names beside those of the model. */
export function objectiveParameters(
  terms: readonly ObjectiveTerm[],
  objective: OptionValues,
  { options: model, hiddenSize }: Pick<Architecture, 'options' | 'hiddenSize'>,
): PlacedParameter[] {
  return terms.flatMap((term) => {
    const { weight, options } = termSettings(term, objective[term.name]);
    const own = weight === 0 ? [] : (term.parameters?.(hiddenSize, options) ?? []);
    return stacksOf(model).flatMap(({ prefix }) =>
      own.map((one) => ({ ...one, name: prefix + objectiveParameterName(term, one.name), part: 'objective' as const })),
    );
  });
}

export const objectiveParameterName = ({ name }: ObjectiveTerm, own: string) => `objective.${name}.${own}`;

/**
 * The weight of a term, 0 where it is omitted, and its options with their defaults.
 * @param given the value of its key in a config
 */
export function termSettings(
  { option }: ObjectiveTerm,
  given: OptionValue | undefined,
): { weight: number; options: OptionValues } {
  if (option.kind === 'number') return { weight: (given ?? option.default) as number, options: {} };
  const values = typeof given === 'object' ? (given as OptionValues) : { weight: given ?? 0 };
  const { weight, ...options } = { ...defaultsOf(option.options), ...values };
  return { weight: weight as number, options };
}
