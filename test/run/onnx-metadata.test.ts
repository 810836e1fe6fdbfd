import { describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { onnxGraph } from '../../src/export/onnx-graph.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import { onnxMetadata, readOnnxModelInfo } from '../../src/run/onnx-metadata.js';
import { characters, randomModel } from '../sample/trained-model.js';

const model = randomModel(createReferenceEngine(), { cell: { type: 'gru', reset: 'before' } });
const metadata = onnxMetadata({
  config: model.config,
  tokenizer: characters,
  training: { step: 10 },
  form: 'scan',
  precision: 'int8',
  parametersDigest: 'abc',
});
const encoded = (changes: Record<string, string | undefined>) => {
  const entries = Object.entries({ ...metadata, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return encodeModel({ opset: 17, graph: onnxGraph(model, 'scan'), metadata: Object.fromEntries(entries), sealed: true });
};

describe('an exported file', () => {
  it('contains all metadata that its use needs', () => {
    const { tokenizer, ...info } = readOnnxModelInfo('model.onnx', encoded({}));
    expect(info).toEqual({
      path: 'model.onnx',
      options: model.options,
      config: model.config,
      training: { step: 10 },
      form: 'scan',
      precision: 'int8',
    });
    expect(tokenizer.decode(tokenizer.encode('the fox'))).toBe('the fox');
  });

  it.each([
    ['no metadata of Textloom', { 'textloom.formatVersion': undefined }, "not one of Textloom's"],
    ['a newer format', { 'textloom.formatVersion': '3' }, 'format version "3", this Textloom reads versions up to 2'],
    ['a format that is no number', { 'textloom.formatVersion': '1e0' }, 'format version "1e0"'],
    ['no tokenizer', { 'textloom.tokenizer': undefined }, 'no textloom.tokenizer'],
    ['a tokenizer that is none', { 'textloom.tokenizer': '{"type":"character","tokens":[1]}' }, 'token 0 is not a string'],
    ['a config that is no JSON', { 'textloom.config': '{' }, 'textloom.config'],
    ['a config that is no map', { 'textloom.config': '[]' }, 'its config is not a map'],
    ['a config of an absurd model', { 'textloom.config': '{"model":{"cell":{"type":"lstm"},"layers":1e9}}' }, 'model.layers'],
  ])('with %s is refused', (_, changes, message) => {
    expect(() => readOnnxModelInfo('model.onnx', encoded(changes))).toThrow(
      expect.objectContaining({ kind: 'model', message: expect.stringContaining(message) }),
    );
  });

  it('without the names of its form and its precision is of an unknown one', () => {
    const info = readOnnxModelInfo('model.onnx', encoded({ 'textloom.form': undefined, 'textloom.precision': undefined }));
    expect(info).toMatchObject({ form: 'unknown', precision: 'unknown' });
  });

  it('with one changed byte is refused, for its checksum is another', () => {
    const bytes = encoded({});
    bytes[Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('decoder.weight')]! ^= 1;
    expect(() => readOnnxModelInfo('model.onnx', bytes)).toThrow(
      expect.objectContaining({
        kind: 'model',
        message: expect.stringContaining('model.onnx was cut short, damaged or changed after it was exported'),
      }),
    );
  });

  it('that is truncated is refused', () => {
    const bytes = encoded({});
    expect(() => readOnnxModelInfo('model.onnx', bytes.subarray(0, bytes.length - 40))).toThrow(
      'model.onnx cannot be read as an ONNX model',
    );
  });
});
