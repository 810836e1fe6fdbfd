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
  /**
   * Memory of this engine (`allocateFloats`, `allocateIntegers`) from which an input is read. Inputs that are not bound get memory of their
   * own.
   */
  readonly inputs?: Readonly<Record<string, Binding>>;
  /**
   * Memory of this engine to which an output is written. It may be the memory of an input that the output replaces (an update in place).
   */
  readonly outputs?: Readonly<Record<string, Binding>>;
  /** Names of bound inputs that do not change after the first run: an engine may convert them once. */
  readonly constants?: readonly string[];
}

/** A compiled graph. The caller writes `inputs`, runs it and reads `outputs`; the memory is the same in every run. */
export interface Program {
  readonly inputs: Readonly<Record<string, Binding>>;
  readonly outputs: Readonly<Record<string, Binding>>;
  /** Must be called when a parameter was written since the last run: values derived from parameters alone are then computed again. */
  parametersChanged(): void;
  run(): void | Promise<void>;
}

/** What a graph is built for: an engine's own operators for parts of a graph. */
export interface Target {
  /**
   * A recurrent layer over a window as the engine's own operator; undefined where the engine has none, or where its operator is no faster.
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

/** A graph, or the function that builds it for an engine. */
export type Graph = Outputs | ((target: Target) => Outputs);

/** An engine without operators of its own. */
export const plainTarget: Target = { standardLayer: () => undefined };

/** Compiles and runs graphs. Code outside `engine/` does not depend on which engine it has. */
export interface Engine {
  readonly name: string;
  /** The number of equal parts into which each batch is divided. */
  readonly shards: number;
  readonly threads: number;
  /** The largest product of window steps and layers of an unrolled network that it compiles in reasonable time and memory. */
  readonly maximumUnrolledSteps: number;
  /** `engine.type` of an engine that compiles longer windows. */
  readonly longerWindows?: string;
  /** The window length with which this engine reads long texts fastest. */
  readonly readingSteps: number;
  /** Bytes of memory taken so far: arenas and the programs' plans. They are freed only by `close`. */
  memoryInUse(): number;
  /** Memory that is zero at first and lives as long as the engine. */
  allocateFloats(length: number): Float32Array;
  allocateIntegers(length: number): Int32Array;
  /** Whether a buffer is in memory that this engine can compute in. */
  owns(buffer: Buffer): boolean;
  compile(graph: Graph, bindings?: Bindings): Program;
  /**
   * A new engine of this kind that computes many rows of a text in parallel; absent where this one already does. The result does not depend
   * on the number of threads.
   *
   * @param threads the most threads
   * @param now seconds from any origin; used to find the fastest number of threads
   */
  forManyRows?(threads: number, now: () => number): Engine;
  /** Ends the threads and frees the memory. Later use of the engine throws a UserError `usage`. */
  close(): void;
}

/** Refuses an engine of several shards for work in which a text is one stream. @throws UserError `usage` */
export function checkOneShard({ shards }: Engine, what: string): void {
  if (shards === 1) return;
  throw new UserError('usage', `${what} on an engine of one shard, and this one has ${shards}: make one with shards: 1`);
}

/**
 * Checks that the memory bound to a program belongs to its engine: an address has no meaning in another engine's memory.
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
