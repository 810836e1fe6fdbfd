import type { Node } from '../graph/node.js';

/** A number is an integer attribute, a list a list of integers or of strings, a text a string. */
export type OperatorAttributes = Readonly<Record<string, number | readonly number[] | readonly string[] | string>>;

/** ONNX's number of the type float32, to which booleans are cast. */
export const FLOAT = 1;
/** ONNX's number of the type int64. */
export const INT64 = 7;

/**
 * Collects the operators of a graph. Values are referred to by name; each is a float matrix [rows, columns], except for intermediate values
 * of a rule. Operators are those of ai.onnx, opset 17.
 */
export interface OperatorBuilder {
  /** The most inputs and outputs of one operator together: WebGPU shaders have few buffers. */
  readonly maximumTensors: number;
  /** Whether the provider lacks an operator, which would then run on the CPU, with copies of its inputs and outputs. */
  lacks(type: string): boolean;
  /** Adds an operator of one output and returns the output's name; the same operator on the same inputs is added once. */
  emit(type: string, inputs: readonly string[], attributes?: OperatorAttributes): string;
  /** Adds an operator of several outputs. */
  emitAll(type: string, inputs: readonly string[], outputs: number, attributes?: OperatorAttributes): string[];
  /** A constant vector of integers: sizes, axes. */
  integers(values: readonly number[]): string;
  /** The constant row 0, 1, 2, ... of as many integers, to compare ids with: [1, count]. */
  range(count: number): string;
  /** A constant [1, 1]. */
  scalar(value: number): string;
  /** A constant matrix that is computed when the graph is written. */
  table(node: Node): string;
  /** A value that the caller provides in each run. */
  feed(node: Node): string;
  /** The name of a value that was emitted before. */
  nameOf(node: Node): string;
  /** The values of the graph that use this one. */
  users(node: Node): readonly Node[];
  /** Sets the name of a value that was emitted together with another one; its own rule is then not called. */
  define(node: Node, name: string): void;
}
