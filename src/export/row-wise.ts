import type { Outputs } from '../graph/node.js';
import { buildOnnxGraph } from '../onnx/build-graph.js';
import type { OnnxGraph } from '../onnx/model.js';

/**
 * The ONNX form of a row-by-row computation (rows are the sequences of a batch) for any number of rows. A graph has fixed shapes, so it is
 * built for two numbers of rows, and the operators must be equal: otherwise they would contain the number of rows.
 *
 * @param build the computation for so many rows
 * @param prefix the beginning of the names of all values
 * @param names of the values that get other names
 */
export function rowWise(
  build: (rows: number) => Outputs,
  prefix: string,
  names: Readonly<Record<string, string>>,
): Pick<OnnxGraph, 'nodes' | 'initializers'> {
  const { nodes, initializers } = buildOnnxGraph(build(2), Number.POSITIVE_INFINITY).graph;
  const other = buildOnnxGraph(build(3), Number.POSITIVE_INFINITY).graph;
  if (JSON.stringify(nodes) !== JSON.stringify(other.nodes))
    throw new Error('the operators of a row-wise computation depend on the number of rows');
  const constants = new Set(initializers.map(({ name }) => name));
  const rename = (value: string) => names[value] ?? (constants.has(value) ? value : `${prefix}${value}`);
  return {
    nodes: nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) })),
    initializers,
  };
}
