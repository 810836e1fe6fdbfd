import { gradients } from '../graph/autodiff.js';
import { type Node, type Outputs, topologicalOrder } from '../graph/node.js';
import { input, inputOperation } from '../graph/operations/input.js';
import { add, multiply } from '../graph/operations/pointwise.js';
import { columnSums, rowSums } from '../graph/operations/sums.js';
import { rewriteBackward, rewriteForward } from '../graph/rewrites/index.js';
import { architectureOf } from './architecture.js';
import { layerName } from './placed-layer.js';
import type { ModelOptions } from './specification.js';
import { evaluating, type Manner, windowGraph } from './window-graph.js';

/** A part of the state of a recurrent layer, as the graph of its Jacobian names it. */
export interface JacobianPart {
  readonly columns: number;
  /** The name of the state before the step among the states of the model: `h.0`. */
  readonly state: string;
  /** `layers.0.state.h`: the part in the names of cotangents and products, and the tap of its value after the step. */
  readonly name: string;
}

/** The parts of the state of one recurrent layer, the index of which is `layer`. */
export interface JacobianLayer {
  readonly layer: number;
  readonly parts: readonly JacobianPart[];
}

/** The recurrent layers of a model, and the parts of their states. Inputs of earlier steps that some cells keep are not among them. */
export function jacobianLayers(model: ModelOptions): JacobianLayer[] {
  return architectureOf(model).layers.flatMap(({ layer: { cell }, size, stateName }, layer) =>
    cell === undefined
      ? []
      : [
          {
            layer,
            parts: cell.states(size).map(({ name, columns }) => ({
              columns,
              state: stateName(name),
              name: layerName(layer, `state.${name}`),
            })),
          },
        ],
  );
}

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
  const layers = jacobianLayers(model);
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
