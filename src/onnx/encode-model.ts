import { ProtobufWriter } from '../foundation/protobuf-writer.js';
import { writeMetadata } from './metadata.js';
import type { ElementType, OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './model.js';
import { writeSeal } from './seal.js';

/** The version of the file format that belongs to opset 17; all later readers support it. */
const IR_VERSION = 8;
/** TensorProto.DataType, which the attribute of a Cast also uses. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  float16: 10,
} as const satisfies Record<ElementType, number>;
/** AttributeProto.AttributeType */
const AttributeType = { int: 2, string: 3, graph: 5, ints: 7, strings: 8 } as const;

/** The bytes of an .onnx file. Field numbers are those of onnx.proto. */
export function encodeModel({ opset, graph, metadata = {}, sealed = false }: OnnxModel): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter();
  writer.integer(1, IR_VERSION);
  writer.text(2, 'textloom');
  writer.message(7, (part) => writeGraph(part, graph));
  writer.message(8, (opsetImport) => {
    opsetImport.text(1, '');
    opsetImport.integer(2, opset);
  });
  writeMetadata(writer, metadata);
  if (sealed) writeSeal(writer);
  return writer.finish();
}

function writeGraph(writer: ProtobufWriter, { name, nodes, initializers, inputs, outputs }: OnnxGraph): void {
  for (const node of nodes) writer.message(1, (part) => writeNode(part, node));
  writer.text(2, name);
  for (const tensor of initializers) writer.message(5, (part) => writeTensor(part, tensor));
  for (const value of inputs) writer.message(11, (part) => writeValue(part, value));
  for (const value of outputs) writer.message(12, (part) => writeValue(part, value));
}

function writeNode(writer: ProtobufWriter, { type, inputs, outputs, attributes, name: own }: OnnxNode): void {
  for (const input of inputs) writer.text(1, input);
  for (const output of outputs) writer.text(2, output);
  if (own !== undefined) writer.text(3, own);
  writer.text(4, type);
  for (const [name, value] of Object.entries(attributes)) writer.message(5, (part) => writeAttribute(part, name, value));
}

function writeAttribute(writer: ProtobufWriter, name: string, value: OnnxAttribute): void {
  writer.text(1, name);
  if (typeof value === 'number') {
    writer.integer(3, value);
    writer.integer(20, AttributeType.int);
  } else if (typeof value === 'string') {
    writer.text(4, value);
    writer.integer(20, AttributeType.string);
  } else if ('nodes' in value) {
    writer.message(6, (part) => writeGraph(part, value));
    writer.integer(20, AttributeType.graph);
  } else if (typeof value[0] === 'string') {
    for (const element of value as readonly string[]) writer.text(9, element);
    writer.integer(20, AttributeType.strings);
  } else {
    for (const element of value as readonly number[]) writer.integer(8, element);
    writer.integer(20, AttributeType.ints);
  }
}

function writeTensor(writer: ProtobufWriter, { name, shape, data }: OnnxTensor): void {
  for (const size of shape) writer.integer(1, size);
  writer.integer(2, elementTypes[elementTypeOf(data)]);
  writer.text(8, name);
  writer.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function elementTypeOf(data: OnnxTensor['data']): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Uint16Array) return 'float16';
  if (data instanceof Uint8Array) return 'uint8';
  return data instanceof Int32Array ? 'int32' : 'int64';
}

function writeValue(writer: ProtobufWriter, { name, type, shape }: OnnxValue): void {
  writer.text(1, name);
  writer.message(2, (typeProto) =>
    typeProto.message(1, (tensor) => {
      tensor.integer(1, elementTypes[type]);
      tensor.message(2, (shapeProto) => {
        for (const size of shape) {
          shapeProto.message(1, (dimension) => {
            if (typeof size === 'number') dimension.integer(1, size);
            else dimension.text(2, size);
          });
        }
      });
    }),
  );
}
