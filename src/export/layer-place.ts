import { entryView } from '../model/parameter-table.js';
import type { ParameterNetwork } from '../model/window-programs.js';
import type { OnnxTensor } from '../onnx/model.js';
import type { GraphBuilder } from './graph-builder.js';

/** Where a recurrent layer stands in the graph of a whole model. */
export interface LayerPlace {
  readonly graph: GraphBuilder;
  readonly model: ParameterNetwork;
  readonly layer: number;
  /** Name of the layer's input, [time, batch, inputSize]. */
  readonly input: string;
  readonly inputSize: number;
  /** Name of the vector [time, batch]. */
  readonly size: string;
}

/** A parameter under its own name; a vector is a row, as everywhere in our graphs. */
export function parameterTensor({ table, arena }: ParameterNetwork, name: string): OnnxTensor {
  const entry = table.entries.find((one) => one.name === name)!;
  const shape = entry.shape.length === 1 ? [1, ...entry.shape] : entry.shape;
  return { name, shape, data: entryView(arena, entry) };
}
