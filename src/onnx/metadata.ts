import { readFields } from './protobuf-reader.js';
import type { ProtobufWriter } from './protobuf-writer.js';

/** Number of `metadata_props` in a ModelProto, and of key and value in its entries. */
const METADATA = 14;
const KEY = 1;
const VALUE = 2;
/** Bytes of all entries together: as many as a safetensors file may have for its header. */
const MOST_BYTES = 100_000_000;
/** Bytes of a key, as of a name in the graph. */
const LONGEST_KEY = 1000;

export function writeMetadata(model: ProtobufWriter, metadata: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(metadata)) {
    model.message(METADATA, (entry) => {
      entry.text(KEY, key);
      entry.text(VALUE, value);
    });
  }
}

/**
 * What an ONNX file says of itself; the graph and its weights are not looked at. Where a key comes twice the last one counts.
 * @throws RangeError when the bytes are not a whole ONNX model
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
