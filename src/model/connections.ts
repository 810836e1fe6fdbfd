import { choiceOption } from '../foundation/options.js';
import type { Node } from '../graph/node.js';
import { concatenate } from '../graph/operations/movement.js';
import { add, constant, multiply, sigmoid, subtract } from '../graph/operations/pointwise.js';
import { linear, type Tap } from './cells/cell.js';
import type { ParameterSpecification } from './declarations.js';

/** How the inputs of a layer bypass it: computes the next layer's inputs from the layer's inputs x and outputs y. */
export interface Connection {
  /** `connection` in a config. */
  readonly type: string;
  /** One sentence with its equation and source. */
  readonly describe: string;
  /** Whether a layer must have as many outputs as inputs. */
  readonly equalSizes: boolean;
  /** Columns of the result, for the columns of x and y. */
  outputSize(inputSize: number, size: number): number;
  /** Its own parameters. In the model they are named `layers.INDEX.NAME`. */
  parameters(size: number): readonly ParameterSpecification[];
  /**
   * @param x the layer's inputs [rows, inputSize]
   * @param y its outputs after dropout [rows, size]
   * @returns [rows, outputSize]
   */
  apply(x: Node, y: Node, parameter: (name: string) => Node, tap: Tap): Node;
}

const none: Connection = {
  type: 'none',
  describe: 'the outputs alone',
  equalSizes: false,
  outputSize: (_, size) => size,
  parameters: () => [],
  apply: (_, y) => y,
};

const residual: Connection = {
  type: 'residual',
  describe: 'the sum x + y (He et al. 2016)',
  equalSizes: true,
  outputSize: (_, size) => size,
  parameters: () => [],
  apply: (x, y) => add(x, y),
};

/** Initial bias of a highway gate: at first the layer passes most of its inputs on (Srivastava et al. 2015, Zilly et al. 2017). */
const CARRY_BIAS = -2;

const highway: Connection = {
  type: 'highway',
  describe: 't * y + (1 - t) * x with a learned gate t = sigmoid(W x + b) (Srivastava et al. 2015)',
  equalSizes: true,
  outputSize: (_, size) => size,
  parameters: (size) => [
    { name: 'highway_weight', shape: [size, size], role: 'input', fan: size },
    { name: 'highway_bias', shape: [size], role: 'bias', initial: CARRY_BIAS },
  ],
  apply(x, y, parameter, tap) {
    const t = tap('highway', sigmoid(linear(x, parameter('highway_weight'), parameter('highway_bias'))));
    return add(multiply(t, y), multiply(subtract(constant(1), t), x));
  },
};

const dense: Connection = {
  type: 'dense',
  describe: 'the concatenation of x and y, so that a layer reads the outputs of all dense layers before it (Huang et al. 2017)',
  equalSizes: false,
  outputSize: (inputSize, size) => inputSize + size,
  parameters: () => [],
  apply: (x, y) => concatenate([x, y], 'columns'),
};

/** The registry of connections. A new connection is a line here; the first is the default. */
export const connections: readonly Connection[] = [none, residual, highway, dense];

const [first, ...others] = connections.map(({ type }) => type);

/** The key of a layer that names its connection. */
export const connectionOption = choiceOption(
  [first!, ...others],
  first!,
  `How the inputs x and the outputs y of this layer are combined for the next one: ${connections.map(({ type, describe }) => `${describe} (${type})`).join('; ')}. Dropout acts on y.`,
);

/** A layer with different numbers of inputs and outputs whose connection needs equal ones. */
export interface ConnectionMisfit {
  /** Index of the layer, from 0. */
  readonly index: number;
  readonly connection: string;
  readonly inputSize: number;
  readonly size: number;
}

/** The first layer of a model whose sizes do not fit its connection; undefined if all fit. */
export function misfitOf(
  embeddingSize: number,
  layers: readonly { readonly connection: string; readonly size?: number }[],
): ConnectionMisfit | undefined {
  let inputSize = embeddingSize;
  for (const [index, { connection, size = inputSize }] of layers.entries()) {
    const { equalSizes, outputSize } = connectionOf(connection);
    if (equalSizes && size !== inputSize) return { index, connection, inputSize, size };
    inputSize = outputSize(inputSize, size);
  }
  return undefined;
}

/** The connection with this name. */
export function connectionOf(type: string): Connection {
  return connections.find((connection) => connection.type === type) ?? none;
}
