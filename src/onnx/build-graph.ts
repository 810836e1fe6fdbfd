import { type Node, type Outputs, topologicalOrder, usersOf } from '../graph/node.js';
import { tableValues } from '../graph/operations/table.js';
import type { OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './model.js';
import { operationForms } from './operation-forms.js';
import type { OperatorAttributes, OperatorBuilder } from './operator-builder.js';

/** A graph in ONNX, and the values that it reads: its inputs and what the host computes for it. */
export interface OnnxProgram {
  readonly graph: OnnxGraph;
  readonly feeds: ReadonlyMap<string, Node>;
}

/**
 * Writes a graph as ONNX operators. `operation-forms.ts` has the form of each operation; this file names and assembles them.
 * @param maximumTensors the most inputs and outputs of one operator
 * @param lacking operators that must not be used
 */
export function buildOnnxGraph(outputs: Outputs, maximumTensors: number, lacking: readonly string[] = []): OnnxProgram {
  const order = topologicalOrder(Object.values(outputs));
  const users = usersOf(order);
  const names = new Map<Node, string>();
  const feeds = new Map<string, Node>();
  const nodes: OnnxNode[] = [];
  const emitted = new Map<string, string[]>();
  const initializers = new Map<string, OnnxTensor>();

  const emitAll = (type: string, inputs: readonly string[], count: number, attributes: OperatorAttributes = {}) => {
    const key = `${type} ${inputs.join()} ${JSON.stringify(attributes)}`;
    const known = emitted.get(key);
    if (known) return known;
    const results = Array.from({ length: count }, (_, i) => (count === 1 ? `v${nodes.length}` : `v${nodes.length}.${i}`));
    nodes.push({ type, inputs, outputs: results, attributes });
    emitted.set(key, results);
    return results;
  };
  const initializer = (name: string, shape: readonly number[], data: OnnxTensor['data']) => {
    if (!initializers.has(name)) initializers.set(name, { name, shape, data });
    return name;
  };
  const builder: OperatorBuilder = {
    maximumTensors,
    lacks: (type) => lacking.includes(type),
    emit: (type, inputs, attributes) => emitAll(type, inputs, 1, attributes)[0]!,
    emitAll,
    integers: (values) => initializer(`i:${values.join()}`, [values.length], BigInt64Array.from(values, BigInt)),
    range: (count) =>
      initializer(
        `r:${count}`,
        [1, count],
        Int32Array.from({ length: count }, (_, i) => i),
      ),
    scalar: (value) => initializer(`f:${Object.is(value, -0) ? '-0' : value}`, [1, 1], Float32Array.of(value)),
    table: (node) => initializer(`t:${JSON.stringify(node.attributes)}`, [1, node.columns], tableValues(node)),
    feed(node) {
      const name = (node.attributes.name as string | undefined) ?? `${node.operation.name}.${feeds.size}`;
      feeds.set(name, node);
      return name;
    },
    nameOf: (node) => names.get(node)!,
    users: (node) => users.get(node)!,
    define: (node, name) => void names.set(node, name),
  };
  for (const node of order) {
    if (names.has(node)) continue;
    // A value that the host computes does not need the operators of its own inputs.
    const operands = node.inputs.map((input) => names.get(input)!);
    const rule = operationForms.get(node.operation);
    if (!rule) throw new Error(`ONNX has no form of ${node.operation.name}`);
    names.set(node, rule(builder, node, operands));
  }
  const results = Object.entries(outputs).map(([name, node]) => [name, node] as const);
  const named = nameResults(nodes, results, (node) => names.get(node)!);
  const used = withoutUnused(named, new Set(results.map(([name]) => name)));
  const read = new Set(used.flatMap(({ inputs }) => inputs));
  for (const name of feeds.keys()) if (!read.has(name)) feeds.delete(name);
  return {
    feeds,
    graph: {
      name: 'textloom',
      nodes: used,
      initializers: [...initializers.values()].filter(({ name }) => read.has(name)),
      inputs: [...feeds].map(([name, node]) => valueInfo(name, node)),
      outputs: results.map(([name, node]) => valueInfo(name, node)),
    },
  };
}

function valueInfo(name: string, { rows, columns, attributes }: Node): OnnxValue {
  return { name, type: attributes.integer === true ? 'int32' : 'float32', shape: [rows, columns] };
}

/**
 * Names each result: the output of an operator gets the name; a copy is made where a value has two names or is not an operator's output.
 */
function nameResults(
  nodes: readonly OnnxNode[],
  results: readonly (readonly [string, Node])[],
  nameOf: (node: Node) => string,
): OnnxNode[] {
  const produced = new Set(nodes.flatMap(({ outputs }) => outputs));
  const renamed = new Map<string, string>();
  const copies: OnnxNode[] = [];
  for (const [name, node] of results) {
    const value = nameOf(node);
    if (produced.has(value) && !renamed.has(value)) renamed.set(value, name);
    else copies.push({ type: 'Identity', inputs: [renamed.get(value) ?? value], outputs: [name], attributes: {} });
  }
  const rename = (value: string) => renamed.get(value) ?? value;
  return [...nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) })), ...copies];
}

/** Only the operators that a result needs. */
function withoutUnused(nodes: readonly OnnxNode[], results: ReadonlySet<string>): OnnxNode[] {
  const needed = new Set(results);
  const kept = nodes.toReversed().filter(({ inputs, outputs }) => {
    if (!outputs.some((output) => needed.has(output))) return false;
    for (const input of inputs) needed.add(input);
    return true;
  });
  return kept.toReversed();
}
