import { float16Bits, INFINITE_FLOAT16 } from '../files/half-precision.js';
import { UserError } from '../foundation/errors.js';
import { elementTypes } from '../onnx/encode-model.js';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from '../onnx/model.js';

/**
 * The same graph in half precision: weights, states and intermediate values in float16. Inputs and outputs stay float32, so that the file
 * is used like any other: states are narrowed at the input, and states and logits are widened at the output.
 *
 * @throws UserError usage for a weight beyond float16's range
 */
export function toFloat16(graph: OnnxGraph): OnnxGraph {
  const isFloat = ({ type }: OnnxValue) => type === 'float32';
  const inputs = graph.inputs.filter(isFloat);
  const outputs = graph.outputs.filter(isFloat);
  const half = new Map([...inputs, ...outputs].map(({ name }) => [name, `${name}.half`]));
  const cast = (from: string, to: string, type: 'float16' | 'float32'): OnnxNode => {
    return { type: 'Cast', inputs: [from], outputs: [to], attributes: { to: elementTypes[type] } };
  };
  return {
    ...graph,
    nodes: [
      ...inputs.map(({ name }) => cast(name, half.get(name)!, 'float16')),
      ...graph.nodes.map((node) => narrowNode(node, (name) => half.get(name) ?? name)),
      ...outputs.map(({ name }) => cast(half.get(name)!, name, 'float32')),
    ],
    initializers: graph.initializers.map(narrowTensor),
  };
}

function narrowNode(node: OnnxNode, rename: (name: string) => string): OnnxNode {
  const attributes = Object.entries(node.attributes).map(([name, value]): [string, OnnxAttribute] => {
    if (isGraph(value)) return [name, narrowBody(value, rename)];
    return [name, name === 'to' && value === elementTypes.float32 ? elementTypes.float16 : value];
  });
  return {
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
    attributes: Object.fromEntries(attributes),
  };
}

function isGraph(value: OnnxAttribute): value is OnnxGraph {
  return typeof value === 'object' && 'nodes' in value;
}

function narrowBody(body: OnnxGraph, rename: (name: string) => string): OnnxGraph {
  const narrow = (value: OnnxValue): OnnxValue => (value.type === 'float32' ? { ...value, type: 'float16' } : value);
  return {
    ...body,
    nodes: body.nodes.map((node) => narrowNode(node, rename)),
    initializers: body.initializers.map(narrowTensor),
    inputs: body.inputs.map(narrow),
    outputs: body.outputs.map(narrow),
  };
}

function narrowTensor(tensor: OnnxTensor): OnnxTensor {
  const { name, data } = tensor;
  if (!(data instanceof Float32Array)) return tensor;
  const halves = Uint16Array.from(data, float16Bits);
  const beyond = data.findIndex((value, i) => Number.isFinite(value) && (halves[i]! & 0x7fff) === INFINITE_FLOAT16);
  if (beyond >= 0)
    throw new UserError('usage', `--precision float16: ${name} holds ${data[beyond]}, and float16 ends at 65504; use float32`);
  return { ...tensor, data: halves };
}
