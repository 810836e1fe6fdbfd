import { type Node, type Outputs, topologicalOrder, type Values } from '../../graph/node.js';
import { inputOperation } from '../../graph/operations/input.js';
import { shardSumOperation } from '../../graph/operations/sums.js';
import { type Binding, type Bindings, type Buffer, type Engine, type Program, plainTarget } from '../engine.js';

/** Runs the plain kernels one operation at a time: slow, and the reference for every other engine. */
export function createReferenceEngine({ shards = 1 }: { shards?: number } = {}): Engine {
  let bytes = 0;
  const counted = <T extends Buffer>(buffer: T): T => {
    bytes += buffer.byteLength;
    return buffer;
  };
  return {
    name: 'reference',
    shards,
    threads: 1,
    maximumUnrolledSteps: Number.POSITIVE_INFINITY,
    memoryInUse: () => bytes,
    allocateFloats: (length) => counted(new Float32Array(length)),
    allocateIntegers: (length) => counted(new Int32Array(length)),
    readingSteps: 32,
    compile: (graph, bindings) => compile(typeof graph === 'function' ? graph(plainTarget) : graph, bindings ?? {}, shards),
    owns: () => true,
    close() {},
  };
}

function compile(outputs: Outputs, bindings: Bindings, shards: number): Program {
  const copies = (node: Node) => (node.scope === 'shared' ? 1 : shards);
  const make = (node: Node): Binding =>
    Array.from({ length: copies(node) }, () =>
      node.attributes.integer ? new Int32Array(node.rows * node.columns) : new Float32Array(node.rows * node.columns),
    );
  const inputs: Record<string, Binding> = {};
  for (const node of topologicalOrder(Object.values(outputs))) {
    const name = node.attributes.name as string;
    if (node.operation === inputOperation) inputs[name] = bindings.inputs?.[name] ?? make(node);
  }
  const results = Object.fromEntries(
    Object.entries(outputs).map(([name, node]) => [name, bindings.outputs?.[name] ?? make(node)]),
  );
  return {
    inputs,
    outputs: results,
    parametersChanged() {},
    run() {
      const values = evaluate(outputs, inputs, { shards, allocate: (length) => new Float32Array(length) });
      for (const [name, parts] of Object.entries(values)) parts.forEach((part, shard) => void results[name]![shard]!.set(part));
    },
  };
}

interface EvaluationOptions {
  shards: number;
  /** The array type decides the precision: float64 arrays for numeric gradients. */
  allocate(length: number): Float32Array | Float64Array;
}

/** Computes the outputs for the given inputs: one array for every shard, or a single one for a shared value. */
export function evaluate(
  outputs: Outputs,
  inputs: Readonly<Record<string, readonly Values[]>>,
  { shards, allocate }: EvaluationOptions,
): Record<string, Values[]> {
  const values = new Map<Node, Values[]>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    if (node.operation === inputOperation) {
      values.set(node, [...inputs[node.attributes.name as string]!]);
      continue;
    }
    const operands = node.inputs.map((input) => values.get(input)!);
    const parts: Values[] = [];
    for (let shard = 0; shard < (node.scope === 'shared' ? 1 : shards); shard++) {
      const output = allocate(node.rows * node.columns);
      const own = operands.map((operand) => operand[shard] ?? operand[0]!);
      const given = node.operation === shardSumOperation ? operands[0]! : own;
      node.operation.reference(given, node, output, { shard, shards });
      parts.push(output);
    }
    values.set(node, parts);
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, values.get(node)!]));
}
