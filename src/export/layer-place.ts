import { entryView } from '../model/parameter-table.js';
import type { PlacedLayer } from '../model/placed-layer.js';
import type { ParameterNetwork } from '../model/window-programs.js';
import type { OnnxTensor } from '../onnx/model.js';
import type { GraphBuilder } from './graph-builder.js';

/** A layer at its position in the graph of a whole model. */
export interface LayerPlace extends PlacedLayer {
  readonly graph: GraphBuilder;
  readonly model: ParameterNetwork;
  readonly index: number;
  /** Name of the layer's input, [time, batch, inputSize]. */
  readonly input: string;
  /** Name of the vector [time, batch]. */
  readonly timeAndBatch: string;
}

/** A parameter under its own name; a vector is a row, as in our graphs. */
export function parameterTensor({ table, arena }: ParameterNetwork, name: string): OnnxTensor {
  const entry = table.entries.find((one) => one.name === name)!;
  const shape = entry.shape.length === 1 ? [1, ...entry.shape] : entry.shape;
  return { name, shape, data: entryView(arena, entry) };
}
