import type { ProtobufWriter } from '../foundation/protobuf-writer.js';
import { readFields } from './protobuf-reader.js';

/** Field numbers: `metadata_props` in a ModelProto, and key and value in its entries. */
const METADATA = 14;
const KEY = 1;
const VALUE = 2;
/** The most bytes of all entries together: the same as for the header of a safetensors file. */
const MOST_BYTES = 100_000_000;
/** The most bytes of a key: the same as for a name in the graph. */
const LONGEST_KEY = 1000;

/** Writes the `metadata_props` of a ModelProto. */
export function writeMetadata(model: ProtobufWriter, metadata: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(metadata)) {
    model.message(METADATA, (entry) => {
      entry.text(KEY, key);
      entry.text(VALUE, value);
    });
  }
}

/**
 * Reads the metadata of an ONNX file; the graph and its weights are not read. Of a repeated key the last value counts.
 * @throws RangeError when the bytes are not a complete ONNX model
 */
export function readMetadata(model: Uint8Array): Map<string, string> {
  const metadata = new Map<string, string>();
  let bytes = 0;
  for (const { field, value } of readFields(model)) {
    if (field === METADATA && typeof value !== 'bigint') {
      bytes += value.length;
      if (bytes > MOST_BYTES) throw new RangeError(`its metadata have more than ${MOST_BYTES} bytes`);
      const texts = new Map<number, string>();
      for (const part of readFields(value)) {
        if (typeof part.value === 'bigint') continue;
        if (part.field === KEY && part.value.length > LONGEST_KEY)
          throw new RangeError(`its metadata have a key of ${part.value.length} bytes, and at most ${LONGEST_KEY} are read`);
        texts.set(part.field, new TextDecoder().decode(part.value));
      }
      metadata.set(texts.get(KEY) ?? '', texts.get(VALUE) ?? '');
    }
  }
  return metadata;
}
