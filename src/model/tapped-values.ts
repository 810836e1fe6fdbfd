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

/** All values that the layers of a model of one direction name, in the order of the computation. They are the possible taps of a graph. */
export function tappedValues(model: ModelOptions): TappedValue[] {
  const found = new Map<string, TappedValue>();
  const tap = (name: string, value: Node) => {
    const [, layer, own] = /^layers\.(\d+)\.(.+)$/.exec(name) ?? [];
    if (layer !== undefined && own !== undefined && !found.has(name))
      found.set(name, { layer: Number(layer), name, own, columns: value.columns, operation: value.operation.name });
    return value;
  };
  windowGraph(model, { batchSize: 1, sequenceLength: 1, shards: 1 }, { ...evaluating, tap });
  return [...found.values()];
}
