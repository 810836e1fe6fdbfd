import { UserError } from '../foundation/errors.js';
import type { Node, Outputs } from '../graph/node.js';
import type { StandardOperator } from '../onnx/recurrent-operator.js';

/** Memory that programs compute in: float values, or integers (token ids, counters). */
export type Buffer = Float32Array | Int32Array;

/**
 * Where a named value lives: one buffer for a shared value, one for each shard for a sharded value, each with rows * columns elements,
 * row after row.
 */
export type Binding = readonly Buffer[];

export interface Bindings {
  /** Memory from `allocate` that an input is read from. Inputs that are not bound get memory of their own. */
  readonly inputs?: Readonly<Record<string, Binding>>;
  /** Memory from `allocate` that an output is written to. It may be that of an input that the output replaces (an update in place). */
  readonly outputs?: Readonly<Record<string, Binding>>;
  /** Bound inputs that will not change from the first run on, by name: an engine may keep them in a form of its own. */
  readonly constants?: readonly string[];
}

/** A graph made ready to run. The caller writes `inputs`, runs, and reads `outputs`: the same memory each time. */
export interface Program {
  readonly inputs: Readonly<Record<string, Binding>>;
  readonly outputs: Readonly<Record<string, Binding>>;
  /** Says that a parameter was written since the last run, so that what is derived from parameters alone is made again. */
  parametersChanged(): void;
  run(): void | Promise<void>;
}

/** What a graph is written for: the forms of its own that an engine has for parts of it. */
export interface Target {
  /**
   * A recurrent layer over a window as the engine's own operator; undefined where the engine has none or its own is no faster.
   *
   * @param x [T*B, E], time-major
   * @param parameters weight_ih, weight_hh, bias_ih, bias_hh in PyTorch's layouts
   * @param state the state before the window, each part [B, H]
   * @returns the layer's outputs [T*B, H], and the state after the window
   */
  standardLayer(
    operator: StandardOperator,
    x: Node,
    parameters: Readonly<Record<string, Node>>,
    state: readonly Node[],
  ): { output: Node; state: readonly Node[] } | undefined;
}

/** A graph, or the function that writes it for an engine. */
export type Graph = Outputs | ((target: Target) => Outputs);

/** An engine without forms of its own. */
export const plainTarget: Target = { standardLayer: () => undefined };

/** What carries out graphs. Nothing above this floor knows which one it has. */
export interface Engine {
  readonly name: string;
  /** Into how many equal parts each batch is cut. */
  readonly shards: number;
  readonly threads: number;
  /** Most steps of a window, times layers, of an unrolled network that it compiles in reasonable time and memory. */
  readonly maximumUnrolledSteps: number;
  /** `engine.type` of an engine that compiles longer ones. */
  readonly longerWindows?: string;
  /** Steps of a window that this engine reads long texts with fastest. */
  readonly readingSteps: number;
  /** Bytes of memory taken so far, for good: arenas and the programs' plans. */
  memoryInUse(): number;
  /** Zeroed memory that lives as long as the engine. */
  allocateFloats(length: number): Float32Array;
  allocateIntegers(length: number): Int32Array;
  /** Whether a buffer is in memory that this engine can compute in. */
  owns(buffer: Buffer): boolean;
  compile(graph: Graph, bindings?: Bindings): Program;
  /**
   * A new engine of this kind that reads many rows of a text side by side; absent where this one does so itself. The result is the same on
   * any number of threads.
   *
   * @param threads at most
   * @param now seconds from any origin, to find out how many threads are fastest
   */
  forManyRows?(threads: number, now: () => number): Engine;
  /** Ends the threads and gives the memory back. Whatever is done with the engine afterwards is a UserError `usage`. */
  close(): void;
}

/** @throws UserError `usage` for an engine of several shards, where a text is one stream */
export function checkOneShard({ shards }: Engine, what: string): void {
  if (shards === 1) return;
  throw new UserError('usage', `${what} on an engine of one shard, and this one has ${shards}: make one with shards: 1`);
}

/**
 * Memory that is bound to a program must be its engine's: addresses in another one mean something else.
 * @throws UserError `usage` for a model that was opened on another engine
 */
export function checkOwnMemory({ inputs = {}, outputs = {} }: Bindings, owns: (buffer: Buffer) => boolean): void {
  for (const [name, buffers] of [...Object.entries(inputs), ...Object.entries(outputs)]) {
    if (buffers.every(owns)) continue;
    throw new UserError(
      'usage',
      `${name} is in the memory of another engine: open the model on the engine that computes with it`,
    );
  }
}
