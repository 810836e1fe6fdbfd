import type { Node } from '../graph/node.js';

/** A number stands for an integer attribute, a list for a list of integers or of strings, a text for a string. */
export type OperatorAttributes = Readonly<Record<string, number | readonly number[] | readonly string[] | string>>;

/** ONNX's number of the type float32: what truth values are cast to. */
export const FLOAT = 1;
/** ONNX's number of the type int64. */
export const INT64 = 7;

/**
 * What the operators of a graph are written to. Values go by name; every one is a float matrix [rows, columns] except for what a rule
 * makes of it on the way. Operators are those of ai.onnx, opset 17.
 */
export interface OperatorBuilder {
  /** Most inputs and outputs that one operator may have together: WebGPU shaders reach few buffers at once. */
  readonly maximumTensors: number;
  /** Whether an operator is one that the provider has not: it would be computed on the CPU, with all that it reads and writes sent there and back. */
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
  /** A constant matrix that is known when the graph is written. */
  table(node: Node): string;
  /** A value that comes from outside, each run anew. */
  feed(node: Node): string;
  /** The name of a value that is lowered already. */
  nameOf(node: Node): string;
  /** The values of the graph that are made from this one. */
  users(node: Node): readonly Node[];
  /** Where a value was found while another was lowered: its own rule is then not asked for. */
  define(node: Node, name: string): void;
}
