/** The version of the operators' definitions that we write: it has all operators we need, and older programs read it too. */
export const OPSET = 17;

/** An ONNX model as plain data: the parts of onnx.proto that Textloom writes. */
export interface OnnxModel {
  /** Version of the operators' definitions (ai.onnx). */
  readonly opset: number;
  readonly graph: OnnxGraph;
  /** Key and value of each entry of `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Whether the file ends with a checksum of itself (`seal.ts`). */
  readonly sealed?: boolean;
}

export interface OnnxGraph {
  readonly name: string;
  /** In execution order: operands before users. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: OnnxAttributes;
  /** The name of the operator in error messages of the program that runs the graph. */
  readonly name?: string;
}

/** A number is an integer attribute, a list of numbers a list of integers, a text a string; a graph is the body of a Scan. */
export type OnnxAttribute = number | readonly number[] | string | readonly string[] | OnnxGraph;
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

/** A constant: its elements row after row. Numbers of 16 bits are the bit patterns of float16. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint16Array | Uint8Array | Int32Array | BigInt64Array;
}

/** An input or output. A size that is a text is a named dimension, known only when the model runs. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

export type ElementType = 'float32' | 'float16' | 'uint8' | 'int32' | 'int64';
