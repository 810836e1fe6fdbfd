import { WireType } from '../foundation/protobuf-writer.js';

/** A field of a message. Numbers of fixed width are skipped. */
export interface ProtobufField {
  readonly field: number;
  readonly value: bigint | Uint8Array;
}

/** The most fields of one message. A model's graph has at most 10,000 operators and as many constants, each of which is a field. */
const MOST_FIELDS = 100_000;

/**
 * The fields of a Protocol Buffers message, one after another. Nothing is copied, so unused fields cost nothing.
 * @throws RangeError when the bytes end within a field, are not a message, or have more fields than any message of ours
 */
export function* readFields(message: Uint8Array): Generator<ProtobufField> {
  let position = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[position++];
      if (byte === undefined) throw new RangeError('the message ends within a number');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new RangeError('a number of more than ten bytes');
  };
  const skip = (count: number) => {
    if (count > message.length - position) throw new RangeError('the message ends within a field');
    position += count;
  };

  for (let count = 0; position < message.length; count++) {
    if (count === MOST_FIELDS) throw new RangeError(`a message of more than ${MOST_FIELDS} fields`);
    const tag = Number(varint());
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case WireType.varint:
        yield { field, value: varint() };
        break;
      case WireType.bytes: {
        const length = Number(varint());
        skip(length);
        yield { field, value: message.subarray(position - length, position) };
        break;
      }
      case WireType.fixed64:
        skip(8);
        break;
      case WireType.fixed32:
        skip(4);
        break;
      default:
        throw new RangeError(`no such type of field: ${tag % 8}`);
    }
  }
}
