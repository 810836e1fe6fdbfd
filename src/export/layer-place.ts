import { entryView, type ModelOptions, type ParameterTable } from '../model/parameter-table.js';
import type { OnnxTensor } from '../onnx/model.js';
import type { GraphBuilder } from './graph-builder.js';

/** What of an opened model goes into an exported file. */
export interface ExportedModel {
  readonly options: ModelOptions;
  readonly table: ParameterTable;
  /** The parameters, [table.arenaLength]. */
  readonly arena: Float32Array;
}

/** Where a recurrent layer stands in the graph of a whole model. */
export interface LayerPlace {
  readonly graph: GraphBuilder;
  readonly model: ExportedModel;
  readonly layer: number;
  /** Name of the layer's input, [time, batch, inputSize]. */
  readonly input: string;
  readonly inputSize: number;
  /** Name of the vector [time, batch]. */
  readonly size: string;
}

/** A parameter under its own name; a vector is a row, as everywhere in our graphs. */
export function parameterTensor({ table, arena }: ExportedModel, name: string): OnnxTensor {
  const entry = table.entries.find((one) => one.name === name)!;
  const shape = entry.shape.length === 1 ? [1, ...entry.shape] : entry.shape;
  return { name, shape, data: entryView(arena, entry) };
}
