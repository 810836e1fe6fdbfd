import type { Node } from '../../graph/node.js';
import { input, parameter } from '../../graph/operations/input.js';
import { matrixProductOperation } from '../../graph/operations/matrix-product.js';
import { sliceOperation } from '../../graph/operations/movement.js';
import { type Cell, plainStep } from '../cells/cell.js';

/** What the step of a cell calls on its context, where modifiers can act. */
export interface StepUses {
  /** Names of the parameters of its products. */
  readonly products: ReadonlySet<string>;
  /** Those of them that multiply the layer's input. */
  readonly inputProducts: ReadonlySet<string>;
  /** Columns of the further values that it normalizes, by name. */
  readonly normalized: ReadonlyMap<string, number>;
  /** Whether it passes a candidate to `update`. */
  readonly updates: boolean;
}

/** Calls the cell's step once, for a batch of one, and records its use of the context. */
export function stepUses(cell: Cell, inputSize: number, size: number): StepUses {
  const products = new Set<string>();
  const inputProducts = new Set<string>();
  const normalized = new Map<string, number>();
  let updates = false;
  const plain = plainStep((_, value) => value);
  const parameters = cell.parameters(inputSize, size).map(({ name, shape: [first, second] }) => {
    return [name, second === undefined ? parameter(name, 1, first) : parameter(name, first, second)] as const;
  });
  const row = (name: string, columns: number) => input(name, { rows: 1, columns, sharded: true });
  const inputRow = row('x', inputSize * (cell.inputSteps ?? 1));
  const state = cell.states(size).map(({ name, columns }) => row(name, columns));
  cell.step(inputRow, state, Object.fromEntries(parameters), {
    ...plain,
    linear(x, weight, bias) {
      const name = wholeOf(weight).attributes.name as string;
      products.add(name);
      if (x === inputRow) inputProducts.add(name);
      return plain.linear(x, weight, bias);
    },
    normalize(name, value) {
      normalized.set(name, value.columns);
      return value;
    },
    update(candidate) {
      updates = true;
      return candidate;
    },
  });
  return { products, inputProducts, normalized, updates };
}

/** The parameter that a weight is, or is some rows of, or is a product of with another on its right. */
export function wholeOf(weight: Node): Node {
  const isPart = weight.operation === sliceOperation || weight.operation === matrixProductOperation;
  return isPart ? weight.inputs[0]! : weight;
}
