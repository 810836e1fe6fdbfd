import { elementTypes } from './encode-model.js';
import type { ElementType, OnnxValue } from './model.js';
import { type ProtobufField, readFields } from './protobuf-reader.js';

/** What a model computes with, without its weights. */
export interface GraphSummary {
  /** Types of all operators, those of bodies included. */
  readonly operators: ReadonlySet<string>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Constants by name. */
  readonly initializers: ReadonlyMap<string, Initializer>;
}

/** A constant as it stands in the file. */
export interface Initializer {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Its elements row after row, little-endian: a view. */
  readonly bytes: Uint8Array;
}

/** Bodies within bodies are none of ours. */
const DEEPEST = 1;
const bytesOf = { float32: 4, float16: 2, uint8: 1, int32: 4, int64: 8 } as const satisfies Record<ElementType, number>;
const typeOf = new Map(Object.entries(elementTypes).map(([name, number]) => [BigInt(number), name as ElementType]));

/**
 * Reads the graph of an ONNX model as far as it consists of what Textloom writes: operators of the standard, and constants whose
 * elements stand in the file. What could reach beyond the file (external data, functions) is refused. Nothing is copied.
 *
 * @throws RangeError saying what is not so
 */
export function readGraph(model: Uint8Array): GraphSummary {
  const graphs: Uint8Array[] = [];
  for (const { field, value } of fieldsOf(model, 'the model', [1, 2, 7, 8, 14])) if (field === 7) graphs.push(part(value));
  if (graphs.length !== 1) throw new RangeError(`it has ${graphs.length} graphs`);
  const summary = { operators: new Set<string>(), inputs: [], outputs: [], initializers: new Map() };
  readInto(summary, graphs[0]!, 0);
  return summary;
}

interface Summary {
  operators: Set<string>;
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  initializers: Map<string, Initializer>;
}

function readInto(summary: Summary, graph: Uint8Array, depth: number): void {
  if (depth > DEEPEST) throw new RangeError('its operators are nested deeper than any of ours');
  for (const { field, value } of fieldsOf(graph, 'the graph', [1, 2, 5, 11, 12])) {
    if (field === 1) readNode(summary, part(value), depth);
    else if (field === 5) readInitializer(summary, part(value));
    else if (depth === 0 && field === 11) summary.inputs.push(readValue(part(value)));
    else if (depth === 0 && field === 12) summary.outputs.push(readValue(part(value)));
  }
}

function readNode(summary: Summary, node: Uint8Array, depth: number): void {
  for (const { field, value } of fieldsOf(node, 'an operator', [1, 2, 4, 5])) {
    if (field === 4) summary.operators.add(text(value));
    if (field !== 5) continue;
    for (const attribute of fieldsOf(part(value), 'an attribute', [1, 3, 4, 6, 8, 9, 20]))
      if (attribute.field === 6) readInto(summary, part(attribute.value), depth + 1);
  }
}

function readInitializer({ initializers }: Summary, tensor: Uint8Array): void {
  const shape: number[] = [];
  let [name, type, bytes] = ['', undefined as ElementType | undefined, new Uint8Array() as Uint8Array];
  for (const { field, value } of fieldsOf(tensor, 'a constant', [1, 2, 8, 9])) {
    if (field === 1) shape.push(size(value));
    else if (field === 2) type = typeof value === 'bigint' ? typeOf.get(value) : undefined;
    else if (field === 8) name = text(value);
    else bytes = part(value);
  }
  if (type === undefined) throw new RangeError('a constant has elements of no type of ours');
  const expected = shape.reduce((product, extent) => product * extent, bytesOf[type]);
  if (bytes.length !== expected) throw new RangeError(`a constant of shape [${shape.join(', ')}] has ${bytes.length} bytes`);
  if (initializers.has(name)) throw new RangeError('a constant comes twice');
  initializers.set(name, { type, shape, bytes });
}

/** ValueInfoProto: name and TypeProto, in which a tensor's type and shape are. */
function readValue(value: Uint8Array): OnnxValue {
  const only = (message: Uint8Array, field: number) => {
    for (const one of readFields(message)) if (one.field === field) return one.value;
    throw new RangeError('an input or output is not described');
  };
  const tensor = part(only(part(only(value, 2)), 1));
  const shape: (number | string)[] = [];
  for (const dimension of readFields(part(only(tensor, 2)))) {
    for (const one of readFields(part(dimension.value))) shape.push(one.field === 1 ? size(one.value) : text(one.value));
  }
  const type = typeOf.get(only(tensor, 1) as bigint);
  if (type === undefined) throw new RangeError('an input or output has elements of no type of ours');
  return { name: text(only(value, 1)), type, shape };
}

/** The fields of a message that has none but these. */
function* fieldsOf(message: Uint8Array, what: string, known: readonly number[]): Generator<ProtobufField> {
  for (const one of readFields(message)) {
    if (!known.includes(one.field)) throw new RangeError(`${what} has a field of number ${one.field}, which is none of ours`);
    yield one;
  }
}

function part(value: ProtobufField['value']): Uint8Array {
  if (typeof value === 'bigint') throw new RangeError('a number stands where a part was expected');
  return value;
}

function text(value: ProtobufField['value']): string {
  return new TextDecoder().decode(part(value));
}

function size(value: ProtobufField['value']): number {
  if (typeof value !== 'bigint' || value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('a size is no size');
  return Number(value);
}
