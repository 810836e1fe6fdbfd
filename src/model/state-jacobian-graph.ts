import { gradients } from '../graph/autodiff.js';
import { type Node, type Outputs, topologicalOrder } from '../graph/node.js';
import { input, inputOperation } from '../graph/operations/input.js';
import { add, multiply } from '../graph/operations/pointwise.js';
import { columnSums, rowSums } from '../graph/operations/sums.js';
import { rewriteBackward, rewriteForward } from '../graph/rewrites/index.js';
import { recurrentStates } from './recurrent-states.js';
import type { ModelOptions } from './specification.js';
import { evaluating, type Manner, windowGraph } from './window-graph.js';

/**
 * Graph of one step that multiplies vectors with the Jacobians of the states. For each recurrent layer with the state s, all parts side by
 * side, and J = d s(t) / d s(t-1) with the inputs of the layer given, it computes v' J for as many vectors v as the batch has rows, by reverse
 * differentiation. A layer's state does not influence the layers below it in the same step, so the inputs of the layer are constant here
 * without further care. The state is that after the modifiers of the layer.
 *
 * Inputs: the parameters; `tokens` (integers [K, 1]); the state before the step (`Architecture.states`), with equal rows, if all vectors
 * are of one place; and for each part of each layer `cotangent.NAME` [K, columns], the part of v. Outputs: `product.NAME` [K, columns] for each
 * part, the part of v' J.
 *
 * @param vectors K
 * @throws Error for a bidirectional model, whose stacks are models of one direction
 */
export function stateJacobianGraph(model: ModelOptions, vectors: number): Outputs {
  if (model.bidirectional) throw new Error('the Jacobians of a bidirectional model are those of one stack at a time');
  const layers = recurrentStates(model);
  const names = new Set(layers.flatMap(({ parts }) => parts.map(({ name }) => name)));
  const next: Record<string, Node> = {};
  const tap: Manner['tap'] = (name, value) => {
    if (names.has(name)) next[name] = value;
    return value;
  };
  windowGraph(model, { batchSize: vectors, sequenceLength: 1, shards: 1 }, { ...evaluating, tap });
  const after = rewriteForward(next, 1);
  const inputs = topologicalOrder(Object.values(after)).filter(({ operation }) => operation === inputOperation);
  const byName = new Map(inputs.map((node) => [node.attributes.name as string, node]));
  const products = layers.flatMap(({ parts }) => {
    // A part that no equation reads is not in the graph; its gradient is zero.
    const before = parts.map(
      ({ state, columns }) => byName.get(state) ?? input(state, { rows: vectors, columns, sharded: true }),
    );
    const scalar = parts
      .map(({ name, columns }) =>
        columnSums(rowSums(multiply(input(`cotangent.${name}`, { rows: vectors, columns, sharded: true }), after[name]!))),
      )
      .reduce(add);
    return gradients(scalar, before).map((product, i) => [`product.${parts[i]!.name}`, product] as const);
  });
  return rewriteBackward(Object.fromEntries(products));
}
