import type { Definition, Options, OptionValues } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import type { Tap } from '../cells/cell.js';
import type { ParameterSpecification } from '../declarations.js';

/** The end of a network: from the last layer's outputs to the distribution of the next token. */
export interface Head {
  readonly parameters: readonly ParameterSpecification[];
  /**
   * The loss of each target in nats, [rows, 1].
   * @param hidden [rows, H]
   * @param targets integers [rows, 1]
   * @param tap names values of the head, such as `logits`
   */
  losses(hidden: Node, targets: Node, parameter: (name: string) => Node, tap: Tap): Node;
  /** The log-probability of each token, [rows, V], up to a constant of each row (logits): the reader normalises. */
  logProbabilities(hidden: Node, parameter: (name: string) => Node): Node;
  /** The parameter [V, D] whose row i gives the scores of token i, by a product. Absent where tokens are in clusters. */
  readonly outputVectors?: string;
  /** The head in an exported PyTorch module. */
  readonly torch: {
    /** Modules to make: `decoder = nn.Linear(128, 65)`. */
    readonly modules: readonly string[];
    /** The expression of the logits, from `hidden` (batch, time, H). */
    readonly apply: string;
    /** Parameters that share another parameter's tensor: `decoder.weight` to `encoder.weight`. */
    readonly tied: Readonly<Record<string, string>>;
  };
}

export interface HeadSizes {
  /** V */
  readonly vocabularySize: number;
  /** E, columns of the embedding. */
  readonly embeddingSize: number;
  /** H, columns of the last layer. */
  readonly hiddenSize: number;
}

export interface HeadDeclaration {
  /** `type` in a config. */
  readonly type: string;
  /** One sentence with its source. */
  readonly describe: string;
  readonly options: Options;
  /** Whether training computes only a part of the vocabulary. A term of the objective then cannot use the whole vocabulary. */
  readonly partial?: boolean;
  readonly create: (values: OptionValues, sizes: HeadSizes) => Head;
}

/** Declares a head. `create` gets option values of the declared types; the registry sees all declarations as one type. */
export function declareHead<const D extends Options>(definition: Definition<HeadDeclaration, D>): HeadDeclaration {
  return definition as unknown as HeadDeclaration;
}
