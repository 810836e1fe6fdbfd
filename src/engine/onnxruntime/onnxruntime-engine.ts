import { checkNumber, checkOneOf, threadRange } from '../../foundation/arguments.js';
import { type Node, type Outputs, topologicalOrder } from '../../graph/node.js';
import { inputOperation } from '../../graph/operations/input.js';
import { buildOnnxGraph } from '../../onnx/build-graph.js';
import { encodeModel } from '../../onnx/encode-model.js';
import { lowerToOperators } from '../../onnx/lowering.js';
import { type OnnxGraph, OPSET } from '../../onnx/model.js';
import { recurrentOperator } from '../../onnx/recurrent-operator.js';
import {
  type Binding,
  type Bindings,
  type Buffer,
  checkOwnMemory,
  type Engine,
  type Program,
  plainTarget,
  type Target,
} from '../engine.js';
import { createTypedArrayEngine } from '../typed-array/typed-array-engine.js';
import { loadOnnxRuntime, type OnnxRuntime } from './load-onnxruntime.js';
import { checkProvider, type Provider, providers } from './providers.js';
import { openSession, type Session } from './session.js';

/**
 * The time of onnxruntime's memory planning grows with the square of the number of operators: about 10 s at this size (docs/results.md).
 */
export const MAXIMUM_UNROLLED_STEPS = 1000;

export interface OnnxRuntimeEngineOptions {
  /** Default cpu. */
  readonly provider?: Provider;
  /** Threads within an operator. Default 1. */
  readonly threads?: number;
}

/**
 * The engine that runs whole graphs in onnxruntime: one model and one call for a step, on its fast CPU kernels or on a GPU. Work on
 * parameters alone (optimizers, norms) and the drawing of dropout masks use the typed-array engine's loops in the same memory, so that
 * nothing is copied between the two.
 *
 * @throws UserError `usage` when the package or the provider is missing
 */
export async function createOnnxRuntimeEngine(options: OnnxRuntimeEngineOptions = {}): Promise<Engine> {
  const { provider = 'cpu', threads = 1 } = options;
  checkOneOf('provider', provider, Object.keys(providers));
  checkNumber('threads', threads, threadRange);
  const ort = await loadOnnxRuntime();
  checkProvider(ort, provider);
  const host = createTypedArrayEngine({ shards: 1, threads: 1, memory: 'private' });
  const sessions = new Set<Promise<Session>>();
  const open = (model: Uint8Array<ArrayBuffer>, operators: number) => {
    const session = openSession(ort, model, { provider, threads, operators });
    sessions.add(session);
    return session;
  };
  return {
    name: `onnxruntime (${provider})`,
    shards: 1,
    threads,
    maximumUnrolledSteps: MAXIMUM_UNROLLED_STEPS,
    longerWindows: 'typed-array',
    readingSteps: provider === 'cpu' ? 64 : 32,
    memoryInUse: host.memoryInUse,
    allocateFloats: host.allocateFloats,
    allocateIntegers: host.allocateIntegers,
    owns: host.owns,
    compile(graph, bindings = {}) {
      checkOwnMemory(bindings, host.owns);
      const outputs = typeof graph === 'function' ? graph(targetFor(provider, bindings)) : graph;
      return isHostWork(outputs) ? host.compile(outputs, bindings) : compile({ ort, host, open, provider }, outputs, bindings);
    },
    close() {
      // A session that could not be opened has already failed in `run`.
      for (const session of sessions) session.then(({ release }) => release()).catch(() => {});
      host.close();
    },
  };
}

/** ONNX's recurrent operators are faster than the unrolled network only on the CPU and with constant weights. */
function targetFor(provider: Provider, { constants = [] }: Bindings): Target {
  return provider === 'cpu' && constants.length > 0 ? { standardLayer: recurrentOperator } : plainTarget;
}

/**
 * Whether a graph works on parameters alone. Its speed is limited by memory, and a chain of operators would read and write all of it once
 * for each operator.
 */
function isHostWork(outputs: Outputs): boolean {
  const order = topologicalOrder(Object.values(outputs));
  return order.every(({ scope, operation }) => scope === 'shared' && operation.name !== 'matrixProduct');
}

function onnxGraphOf(outputs: Outputs, provider: Provider) {
  const { maximumTensors, lacking, slowToStart } = providers[provider];
  return buildOnnxGraph(lowerToOperators(outputs, { slowToStart }), maximumTensors, lacking);
}

/** The .onnx file of a graph for a provider. */
export function onnxModelOf(outputs: Outputs, provider: Provider): Uint8Array<ArrayBuffer> {
  return encodeModel({ opset: OPSET, graph: onnxGraphOf(outputs, provider).graph });
}

interface Context {
  ort: OnnxRuntime;
  host: Engine;
  open(model: Uint8Array<ArrayBuffer>, operators: number): Promise<Session>;
  provider: Provider;
}

function compile({ ort, host, open, provider }: Context, outputs: Outputs, given: Bindings): Program {
  const { graph, feeds } = onnxGraphOf(outputs, provider);
  const constants = new Set(given.constants);
  const allocate = (node: Node): Binding => {
    const length = node.rows * node.columns;
    return [node.attributes.integer === true ? host.allocateIntegers(length) : host.allocateFloats(length)];
  };
  const inputs: Record<string, Binding> = {};
  for (const node of topologicalOrder(Object.values(outputs))) {
    if (node.operation !== inputOperation) continue;
    const name = node.attributes.name as string;
    inputs[name] = given.inputs?.[name] ?? allocate(node);
  }
  const results = Object.fromEntries(
    Object.entries(outputs).map(([name, node]) => [name, given.outputs?.[name] ?? allocate(node)]),
  );
  const masks = [...feeds].filter(([, { operation }]) => operation !== inputOperation);
  const drawn = masks.length > 0 ? host.compile(Object.fromEntries(masks), { inputs }) : undefined;

  const tensor = ({ rows, columns }: Node, buffer: Buffer) =>
    buffer instanceof Int32Array
      ? new ort.Tensor('int32', buffer, [rows, columns])
      : new ort.Tensor('float32', buffer as Float32Array, [rows, columns]);
  const fed = [...feeds]
    .filter(([name]) => !constants.has(name))
    .map(([name, node]) => [name, tensor(node, (inputs[name] ?? drawn!.outputs[name]!)[0]!)] as const);
  // An operator may write a result while another has not yet read the input that it replaces, so updates in place are copied afterwards.
  const updates: { from: Float32Array; to: Buffer }[] = [];
  const fetched = Object.entries(outputs).map(([name, node]) => {
    const to = results[name]![0]!;
    if (!fed.some(([, { data }]) => overlap(data as Buffer, to))) return [name, tensor(node, to)] as const;
    const from = host.allocateFloats(to.length);
    updates.push({ from, to });
    return [name, tensor(node, from)] as const;
  });
  const feedsByName = Object.fromEntries(fed);
  const fetchesByName = Object.fromEntries(fetched);
  let session: Promise<Session> | undefined;

  return {
    inputs,
    outputs: results,
    parametersChanged() {},
    async run() {
      session ??= open(encodeModel({ opset: OPSET, graph: withConstants(graph, inputs, constants) }), graph.nodes.length);
      await drawn?.run();
      const { run } = await session;
      await run(feedsByName, fetchesByName);
      for (const { from, to } of updates) to.set(from);
    },
  };
}

/** The graph with the current values of some inputs as constants: onnxruntime converts constants once into the layout of its kernels. */
function withConstants(graph: OnnxGraph, values: Readonly<Record<string, Binding>>, names: ReadonlySet<string>): OnnxGraph {
  const constants = graph.inputs
    .filter(({ name }) => names.has(name))
    .map(({ name, shape }) => ({ name, shape: shape as number[], data: values[name]![0]! }));
  const inputs = graph.inputs.filter(({ name }) => !names.has(name));
  return { ...graph, inputs, initializers: [...graph.initializers, ...constants] };
}

function overlap(a: Buffer, b: Buffer): boolean {
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}
