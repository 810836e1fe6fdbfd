import type { Definition, Options, OptionValues } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import type { Tap } from '../cells/cell.js';
import type { ParameterSpecification } from '../declarations.js';
import type { LayerDeclaration } from '../layers/layer.js';

/** The end of a network: from the last layer's outputs to the distribution of the next token. */
export interface Head {
  readonly parameters: readonly ParameterSpecification[];
  readonly memory?: HeadMemory;
  /**
   * The loss of each target in nats, [rows, 1].
   * @param hidden [rows, H]; the outputs of the memory if there is one
   * @param targets integers [rows, 1]
   * @param tap names values of the head, such as `logits`
   */
  losses(hidden: Node, targets: Node, parameter: (name: string) => Node, tap: Tap): Node;
  /** The log-probability of each token, [rows, V], up to a constant of each row (logits): the reader normalizes. */
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

/**
 * What a head remembers of earlier positions: a layer of so many outputs between the last layer and the head. Its inputs are the last
 * layer's outputs and, in one more column, the number of the token that was read: [T*B, H + 1].
 */
export interface HeadMemory {
  readonly declaration: LayerDeclaration;
  readonly options: OptionValues;
  readonly size: number;
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
  /** Whether the head has a memory: then its inputs are not the outputs of the last layer alone. */
  readonly remembers?: boolean;
  readonly create: (values: OptionValues, sizes: HeadSizes) => Head;
}

/** Declares a head. `create` gets option values of the declared types; the registry sees all declarations as one type. */
export function declareHead<const D extends Options>(definition: Definition<HeadDeclaration, D>): HeadDeclaration {
  return definition as unknown as HeadDeclaration;
}
