import { elementTypes } from '../onnx/encode-model.js';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from '../onnx/model.js';

/** The zero point: weights are symmetric about it. Bytes are unsigned, because processors without VNNI saturate on signed ones. */
const ZERO = 128;

/**
 * The same graph with its matrices in 8 bits and a scale for each of their rows (an output, a word). Products are quantized dynamically:
 * their inputs are also converted to bytes, with a scale that is measured in each run (DynamicQuantizeLinear, MatMulInteger), so that they
 * use integer arithmetic. Standard operators without such a form (LSTM, GRU, RNN; the embedding) have weights that are stored as bytes and
 * widened before use. Biases, states and everything else stay float32.
 */
export function toInt8(graph: OnnxGraph): OnnxGraph {
  const matrices = new Map<string, OnnxTensor>();
  for (const tensor of graph.initializers) {
    const rows = tensor.shape.at(-2) ?? 1;
    if (tensor.data instanceof Float32Array && rows > 1) matrices.set(tensor.name, tensor);
  }
  const quantized = new Map<string, OnnxTensor[]>();
  const prepared = new Map<string, OnnxNode>();
  const context: Context = {
    isMatrix: (name) => matrices.has(name),
    quantize(name) {
      if (!quantized.has(name)) quantized.set(name, quantizeRows(matrices.get(name)!));
      return { values: `${name}.bytes`, scales: `${name}.scales`, zeros: `${name}.zeros` };
    },
    prepare(type, inputs, output, attributes = {}) {
      prepared.set(output, { type, inputs, outputs: [output], attributes });
      return output;
    },
  };
  const nodes = graph.nodes.flatMap((node) => lowerNode(node, context));
  const all = [...prepared.values(), ...nodes];
  const used = namesIn(all);
  const constants = [...graph.initializers, ...[...quantized.values()].flat(), ...shared];
  return { ...graph, nodes: all, initializers: constants.filter(({ name }) => used.has(name)) };
}

const shared: readonly OnnxTensor[] = [
  { name: 'zero.byte', shape: [], data: Uint8Array.of(ZERO) },
  { name: 'zero.float', shape: [], data: Float32Array.of(ZERO) },
  { name: 'last.axis', shape: [1], data: BigInt64Array.of(-1n) },
];

interface Context {
  isMatrix(name: string): boolean;
  /** Returns the names of a matrix's parts. Each matrix is quantized once. */
  quantize(name: string): { values: string; scales: string; zeros: string };
  /** Adds an operator on weights alone, once, before all others. */
  prepare(type: string, inputs: readonly string[], output: string, attributes?: OnnxNode['attributes']): string;
}

function lowerNode(node: OnnxNode, context: Context): OnnxNode[] {
  const [, second = '', third = ''] = node.inputs;
  if (node.type === 'Gemm' && node.attributes.transB === 1 && node.attributes.transA !== 1 && context.isMatrix(second))
    return dynamicProduct(node, context);
  if (node.type === 'Gather' && context.isMatrix(node.inputs[0]!)) return gatherBytes(node, context);
  if (['LSTM', 'GRU', 'RNN'].includes(node.type) && context.isMatrix(second) && context.isMatrix(third)) {
    const weights = [second, third].map((name) => {
      const { values, scales, zeros } = context.quantize(name);
      return context.prepare('DequantizeLinear', [values, scales, zeros], `${name}.float`, { axis: 1 });
    });
    return [{ ...node, inputs: [node.inputs[0]!, ...weights, ...node.inputs.slice(3)] }];
  }
  const attributes = Object.entries(node.attributes).map(([name, value]): [string, OnnxAttribute] => {
    if (typeof value !== 'object' || !('nodes' in value)) return [name, value];
    return [name, { ...value, nodes: value.nodes.flatMap((inner) => lowerNode(inner, context)) }];
  });
  return [{ ...node, attributes: Object.fromEntries(attributes) }];
}

/** x W' + c with x and W quantized to bytes. */
function dynamicProduct({ inputs: [x, weight, addend], outputs: [result] }: OnnxNode, context: Context): OnnxNode[] {
  const { values, scales } = context.quantize(weight!);
  const turned = context.prepare('Transpose', [values], `${values}.turned`, { perm: [1, 0] });
  const own = (name: string) => `${result}.${name}`;
  const operator = (type: string, inputs: string[], outputs: string[], attributes = {}) => ({
    type,
    inputs,
    outputs,
    attributes,
  });
  const product = addend ? own('product') : result!;
  return [
    operator('DynamicQuantizeLinear', [x!], ['bytes', 'scale', 'zero'].map(own)),
    operator('MatMulInteger', [own('bytes'), turned, own('zero'), 'zero.byte'], [own('integers')]),
    operator('Cast', [own('integers')], [own('floats')], { to: elementTypes.float32 }),
    operator('Mul', [own('scale'), scales], [own('scales')]),
    operator('Mul', [own('floats'), own('scales')], [product]),
    ...(addend ? [operator('Add', [product, addend], [result!])] : []),
  ];
}

/** The gathered rows, widened. */
function gatherBytes({ inputs: [table, ids], outputs: [result] }: OnnxNode, context: Context): OnnxNode[] {
  const { values, scales } = context.quantize(table!);
  const column = context.prepare('Unsqueeze', [scales, 'last.axis'], `${scales}.column`);
  const own = (name: string) => `${result}.${name}`;
  const operator = (type: string, inputs: string[], output: string, attributes = {}) => ({
    type,
    inputs,
    outputs: [output],
    attributes,
  });
  return [
    operator('Gather', [values, ids!], own('bytes'), { axis: 0 }),
    operator('Gather', [column, ids!], own('scale'), { axis: 0 }),
    operator('Cast', [own('bytes')], own('whole'), { to: elementTypes.float32 }),
    operator('Sub', [own('whole'), 'zero.float'], own('centred')),
    operator('Mul', [own('centred'), own('scale')], result!),
  ];
}

/** Bytes, scales [rows] and zero points [rows] of a matrix (whose leading sizes are all 1): q = 128 + round(w / scale). */
function quantizeRows({ name, shape, data }: OnnxTensor): OnnxTensor[] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const bytes = new Uint8Array(data.length);
  const scales = new Float32Array(rows);
  for (let r = 0; r < rows; r++) {
    const row = (data as Float32Array).subarray(r * columns, (r + 1) * columns);
    const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    scales[r] = largest === 0 ? 1 : largest / 127;
    for (let c = 0; c < columns; c++) bytes[r * columns + c] = ZERO + Math.round(row[c]! / scales[r]!);
  }
  return [
    { name: `${name}.bytes`, shape, data: bytes },
    { name: `${name}.scales`, shape: [rows], data: scales },
    { name: `${name}.zeros`, shape: [rows], data: new Uint8Array(rows).fill(ZERO) },
  ];
}

/** All values that operators read, including those of bodies. */
function namesIn(nodes: readonly OnnxNode[]): Set<string> {
  const names = new Set<string>();
  for (const { inputs, attributes } of nodes) {
    for (const input of inputs) names.add(input);
    for (const value of Object.values(attributes)) {
      if (typeof value === 'object' && 'nodes' in value) for (const name of namesIn(value.nodes)) names.add(name);
    }
  }
  return names;
}
