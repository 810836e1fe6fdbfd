import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtobufWriter } from '../../src/foundation/protobuf-writer.js';
import { readFields } from '../../src/onnx/protobuf-reader.js';

const field = fc.integer({ min: 1, max: 100_000 });
const value = fc.oneof(fc.maxSafeInteger(), fc.uint8Array({ maxLength: 300 }));

test('what is written is read back, field by field', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(field, value)), (fields) => {
      const writer = new ProtobufWriter();
      for (const [number, content] of fields) {
        if (typeof content === 'number') writer.integer(number, content);
        else writer.bytes(number, content);
      }
      const read = [...readFields(writer.finish())].map(({ field, value }) => [
        field,
        typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : Uint8Array.from(value),
      ]);
      expect(read).toEqual(fields);
    }),
  );
});

test('any bytes are read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        for (const _ of readFields(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});

test('numbers of fixed width are IEEE 754, little-endian', () => {
  const writer = new ProtobufWriter();
  writer.double(1, -2.5);
  writer.float(2, 0.1);
  const [double, single] = [Buffer.alloc(8), Buffer.alloc(4)];
  double.writeDoubleLE(-2.5);
  single.writeFloatLE(0.1);
  expect(Buffer.from(writer.finish())).toEqual(Buffer.concat([Buffer.of(0x09), double, Buffer.of(0x15), single]));
});

test('fields of fixed width are skipped', () => {
  const bytes = Uint8Array.of(0x0d, 1, 2, 3, 4, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x18, 5);
  expect([...readFields(bytes)]).toEqual([{ field: 3, value: 5n }]);
});
