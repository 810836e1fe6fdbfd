import type { Node } from '../graph/node.js';
import type { ModelOptions } from './specification.js';
import { evaluating, windowGraph } from './window-graph.js';

/** A value that a layer names with `tap`. */
export interface TappedValue {
  /** The index of the layer in the model. */
  readonly layer: number;
  /** In the model, `layers.0.gate.f`, and in the layer, `gate.f`. */
  readonly name: string;
  readonly own: string;
  readonly columns: number;
  /** The name of the operation that computes it: `tanh`. */
  readonly operation: string;
}

/**
 * The values that the layers of a model of one direction name, in the order of the computation. A value with several names, such as an output
 * that is a part of the state, is listed under the first one.
 */
export function tappedValues(model: ModelOptions): TappedValue[] {
  const nodes = new Set<Node>();
  const found: TappedValue[] = [];
  const tap = (name: string, value: Node) => {
    const [, layer, own] = /^layers\.(\d+)\.(.+)$/.exec(name) ?? [];
    if (layer !== undefined && own !== undefined && !nodes.has(value))
      found.push({ layer: Number(layer), name, own, columns: value.columns, operation: value.operation.name });
    nodes.add(value);
    return value;
  };
  windowGraph(model, { batchSize: 1, sequenceLength: 1, shards: 1 }, { ...evaluating, tap });
  return found;
}
