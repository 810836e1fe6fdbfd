import { elementTypes } from './encode-model.js';
import { type ElementType, type OnnxAttribute, type OnnxGraph, type OnnxNode, type OnnxValue, OPSET } from './model.js';
import { type ProtobufField, readFields } from './protobuf-reader.js';

/** A graph as read from a file, with the constants of its bodies. */
export interface FileGraph {
  /** In the order of the file. */
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Constants by name. */
  readonly initializers: ReadonlyMap<string, Initializer>;
}

/** A constant as read from the file. */
export interface Initializer {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Its elements row after row, little-endian: a view. */
  readonly bytes: Uint8Array;
}

/** Exports have bodies (of Scan), but no bodies within bodies. */
const DEEPEST = 1;
/** Operators of a graph, those of bodies included. A model has at most 64 layers, and a layer takes some 60 operators. */
const MOST_NODES = 10_000;
/** The longest list: operands, results, attributes, sizes of a shape, numbers of an attribute. */
const LONGEST_LIST = 256;
/** The most bytes of a name: for very long strings V8 uses the length as the hash, and then compares each with all others. */
const LONGEST_NAME = 1000;
const bytesOf = { float32: 4, float16: 2, uint8: 1, int32: 4, int64: 8 } as const satisfies Record<ElementType, number>;
const typeOf = new Map(Object.entries(elementTypes).map(([name, number]) => [BigInt(number), name as ElementType]));

/**
 * Reads the graph of an ONNX model if it consists of what Textloom writes: standard operators, and constants whose elements are in the
 * file. References to other files (external data) and functions are refused, and so are sizes beyond those of any export. Constants are not
 * copied.
 *
 * @throws RangeError naming the problem
 */
export function readGraph(model: Uint8Array): FileGraph {
  const graphs: Uint8Array[] = [];
  const opsets: Uint8Array[] = [];
  for (const { field, value } of fieldsOf(model, 'the model', [1, 2, 7, 8, 14])) {
    if (field === 7) graphs.push(part(value));
    if (field === 8) opsets.push(part(value));
  }
  if (graphs.length !== 1) throw new RangeError(`it has ${graphs.length} graphs`);
  const graph: MutableGraph = { nodes: [], inputs: [], outputs: [], initializers: new Map(), count: 0 };
  readInto(graph, graph, graphs[0]!, 0);
  checkOpset(opsets);
  return graph;
}

/** The meaning of operators depends on the opset. */
function checkOpset(opsets: readonly Uint8Array[]): void {
  for (const opset of opsets) {
    for (const { field, value } of fieldsOf(opset, 'the opset', [1, 2]))
      if (field === 1 ? text(value) !== '' : value !== BigInt(OPSET))
        throw new RangeError(`its operators are not those of ai.onnx, opset ${OPSET}`);
  }
  if (opsets.length !== 1) throw new RangeError(`it names ${opsets.length} opsets`);
}

interface MutableGraph {
  nodes: OnnxNode[];
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  initializers: Map<string, Initializer>;
  /** Operators so far. */
  count: number;
}

/**
 * @param whole the model's graph, which counts the operators and gets the constants
 * @param own the graph that is read
 */
function readInto(
  whole: MutableGraph,
  own: Omit<MutableGraph, 'initializers' | 'count'>,
  graph: Uint8Array,
  depth: number,
): void {
  if (depth > DEEPEST) throw new RangeError('its operators are nested deeper than any of ours');
  for (const { field, value } of fieldsOf(graph, 'the graph', [1, 2, 5, 11, 12])) {
    if (field === 1) own.nodes.push(readNode(whole, part(value), depth));
    else if (field === 5) readInitializer(whole, part(value));
    else if (field === 11) add(own.inputs, readValue(part(value)));
    else if (field === 12) add(own.outputs, readValue(part(value)));
  }
}

function readNode(whole: MutableGraph, node: Uint8Array, depth: number): OnnxNode {
  if (++whole.count > MOST_NODES) throw new RangeError(`it has more than ${MOST_NODES} operators`);
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  let type = '';
  let own: string | undefined;
  for (const { field, value } of fieldsOf(node, 'an operator', [1, 2, 3, 4, 5])) {
    if (field === 1) add(inputs, text(value));
    else if (field === 2) add(outputs, text(value));
    else if (field === 3) own = text(value);
    else if (field === 4) type = text(value);
    else {
      const [name, attribute] = readAttribute(whole, part(value), depth);
      if (attributes.has(name)) throw new RangeError('an attribute comes twice');
      if (attributes.size === LONGEST_LIST) throw new RangeError('an operator has too many attributes');
      attributes.set(name, attribute);
    }
  }
  return { type, inputs, outputs, attributes: Object.fromEntries(attributes), ...(own !== undefined && { name: own }) };
}

function readAttribute(whole: MutableGraph, attribute: Uint8Array, depth: number): [string, OnnxAttribute] {
  let name = '';
  const values: OnnxAttribute[] = [];
  const integers: number[] = [];
  const texts: string[] = [];
  for (const { field, value } of fieldsOf(attribute, 'an attribute', [1, 3, 4, 6, 8, 9, 20])) {
    if (field === 1) name = text(value);
    else if (field === 3) add(values, integer(value));
    else if (field === 4) add(values, text(value));
    else if (field === 8) add(integers, integer(value));
    else if (field === 9) add(texts, text(value));
    else if (field === 6) {
      const body = { nodes: [], inputs: [], outputs: [] };
      readInto(whole, body, part(value), depth + 1);
      values.push({ name: '', initializers: [], ...body } satisfies OnnxGraph);
    }
  }
  if (integers.length > 0) values.push(integers);
  if (texts.length > 0) values.push(texts);
  if (values.length !== 1) throw new RangeError(`an attribute has ${values.length} values`);
  return [name, values[0]!];
}

function add<T>(list: T[], element: T): void {
  if (list.length === LONGEST_LIST) throw new RangeError(`a list has more than ${LONGEST_LIST} elements`);
  list.push(element);
}

function readInitializer({ initializers }: MutableGraph, tensor: Uint8Array): void {
  const shape: number[] = [];
  let [name, type, bytes] = ['', undefined as ElementType | undefined, new Uint8Array() as Uint8Array];
  for (const { field, value } of fieldsOf(tensor, 'a constant', [1, 2, 8, 9])) {
    if (field === 1) add(shape, size(value));
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

/** ValueInfoProto: name and TypeProto, which contains a tensor's type and shape. */
function readValue(value: Uint8Array): OnnxValue {
  const only = (message: Uint8Array, field: number) => {
    for (const one of readFields(message)) if (one.field === field) return one.value;
    throw new RangeError('an input or output is not described');
  };
  const tensor = part(only(part(only(value, 2)), 1));
  const shape: (number | string)[] = [];
  for (const dimension of readFields(part(only(tensor, 2)))) {
    for (const one of readFields(part(dimension.value))) add(shape, one.field === 1 ? size(one.value) : text(one.value));
  }
  const type = typeOf.get(only(tensor, 1) as bigint);
  if (type === undefined) throw new RangeError('an input or output has elements of no type of ours');
  return { name: text(only(value, 1)), type, shape };
}

/** The fields of a message; a field that is not listed is an error. */
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
  const bytes = part(value);
  if (bytes.length > LONGEST_NAME)
    throw new RangeError(`a name of ${bytes.length} bytes, and at most ${LONGEST_NAME} are read`);
  return new TextDecoder().decode(bytes);
}

function integer(value: ProtobufField['value']): number {
  const number = typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new RangeError('an attribute is no whole number of ours');
  return number;
}

function size(value: ProtobufField['value']): number {
  if (typeof value !== 'bigint' || value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('a size is no size');
  return Number(value);
}
