import type { OnnxAttributes, OnnxGraph, OnnxNode, OnnxTensor } from '../onnx/model.js';

/** Collects the operators and constants of an ONNX graph in execution order. Values are referred to by name. */
export interface GraphBuilder {
  readonly nodes: OnnxNode[];
  /** Adds an operator of one output and returns the output's name. */
  emit(type: string, inputs: readonly string[], output: string, attributes?: OnnxAttributes): string;
  /** Adds a constant; a name is added only once. */
  constant(tensor: OnnxTensor): string;
  /** A constant vector of integers: sizes, axes. */
  integers(values: readonly number[]): string;
  /** Adds operators and constants that were built elsewhere. */
  include(part: Pick<OnnxGraph, 'nodes' | 'initializers'>): void;
  initializers(): OnnxTensor[];
}

export function createGraphBuilder(): GraphBuilder {
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, OnnxTensor>();
  const constant = (tensor: OnnxTensor) => {
    if (!constants.has(tensor.name)) constants.set(tensor.name, tensor);
    return tensor.name;
  };
  return {
    nodes,
    emit(type, inputs, output, attributes = {}) {
      nodes.push({ type, inputs, outputs: [output], attributes });
      return output;
    },
    constant,
    integers: (values) =>
      constant({ name: `i:${values.join()}`, shape: [values.length], data: BigInt64Array.from(values, BigInt) }),
    include(part) {
      nodes.push(...part.nodes);
      for (const tensor of part.initializers) constant(tensor);
    },
    initializers: () => [...constants.values()],
  };
}
