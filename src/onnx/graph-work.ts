import type { OnnxNode } from './model.js';
import { type GraphWork, HIGHEST_RANK, operatorRules, product, type Value } from './operator-rules.js';
import type { FileGraph } from './read-graph.js';

/**
 * The work of one run of a graph for inputs of these shapes, computed without running it. An accepted graph has only the operators in
 * `operator-rules.ts`, each only with the attributes listed there; every value is computed once, before it is read; and the shape of every
 * value follows from those of the inputs and from constants. The cost is linear in the size of the graph.
 *
 * @param shapes of the graph's inputs, by name
 * @throws RangeError naming the operator that does not satisfy this
 */
export function graphWork(graph: FileGraph, shapes: Readonly<Record<string, readonly number[]>>): GraphWork {
  const values = new Map<string, Value>();
  for (const [name, { type, shape, bytes }] of graph.initializers) {
    const followed = type === 'int64' && shape.length === 1 && bytes.length <= 8 * HIGHEST_RANK;
    values.set(name, followed ? { shape, integers: integersOf(bytes) } : { shape });
  }
  for (const { name } of graph.inputs) define(values, name, { shape: shapes[name] ?? [] });
  const work = nodesWork(graph.nodes, values);
  for (const { name } of graph.outputs) knownValue(values, name);
  return work;
}

function integersOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)));
}

function define(values: Map<string, Value>, name: string, value: Value): void {
  if (name === '') return;
  if (values.has(name)) throw new RangeError(`${shown(name)} is computed twice`);
  if (value.shape.length > HIGHEST_RANK) throw new RangeError(`${shown(name)} has ${value.shape.length} dimensions`);
  values.set(name, value);
}

function knownValue(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name);
  if (!value) throw new RangeError(`${shown(name)} is read before it is computed`);
  return value;
}

function nodesWork(nodes: readonly OnnxNode[], values: Map<string, Value>): GraphWork {
  let elements = 0;
  let multiplications = 0;
  for (const node of nodes) {
    const rule = operatorRules.get(node.type);
    if (!rule) throw new RangeError(`it has an operator that none of ours has: ${shown(node.type)}`);
    const foreign = Object.keys(node.attributes).find((name) => !rule.attributes.includes(name));
    if (foreign !== undefined) throw new RangeError(`${node.type} has the attribute ${shown(foreign)}`);
    const result = rule.infer({
      node,
      body(graph, inputs) {
        for (const [i, { name }] of graph.inputs.entries()) define(values, name, inputs[i]!);
        const work = nodesWork(graph.nodes, values);
        return { results: graph.outputs.map(({ name }) => knownValue(values, name)), work };
      },
      input: (i) => knownValue(values, node.inputs[i] ?? ''),
      fail: (problem) => {
        throw new RangeError(`${node.type} that computes ${shown(node.outputs[0] ?? '')}: ${problem}`);
      },
    });
    const { outputs, inner } = Array.isArray(result) ? { outputs: result, inner: { elements: 0, multiplications: 0 } } : result;
    if (node.inputs.length < rule.inputs[0] || node.inputs.length > rule.inputs[1])
      throw new RangeError(`${node.type} has ${node.inputs.length} operands`);
    if (node.outputs.length > outputs.length) throw new RangeError(`${node.type} has ${node.outputs.length} results`);
    for (const [i, output] of outputs.entries()) {
      elements += product(output.shape);
      define(values, node.outputs[i] ?? '', output);
    }
    elements += inner.elements;
    multiplications += inner.multiplications;
  }
  return { elements, multiplications };
}

/** A name from the file, made safe for a message. */
const shown = (name: string) => JSON.stringify(name.slice(0, 40));
