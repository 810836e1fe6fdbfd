import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesFromBase64,
  compareBytes,
  joinBytes,
  temporaryUtf8Bytes,
  unfinishedLength,
  utf8Bytes,
  utf8Length,
  utf8Text,
} from '../../src/foundation/bytes.js';

/** Any UTF-16 units, unpaired surrogates among them. */
const texts = fc
  .array(
    fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7f0, max: 0xe010 }), fc.integer({ min: 0, max: 0x90 })),
  )
  .map((units) => String.fromCharCode(...units));
const bytes = fc.uint8Array({ maxLength: 20 });

describe('bytes are what those of Node are:', () => {
  it('a text in UTF-8, and its length', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const expected = Buffer.from(text, 'utf8');
        expect([...utf8Bytes(text)]).toEqual([...expected]);
        expect([...temporaryUtf8Bytes(text)]).toEqual([...expected]);
        expect(utf8Length(text)).toBe(expected.length);
      }),
    );
  });

  it('a text too long for the memory of temporary bytes', () => {
    const text = 'é漢'.repeat(1000);
    expect([...temporaryUtf8Bytes(text)]).toEqual([...Buffer.from(text)]);
  });

  it('a text from any bytes', () => {
    const some = fc.oneof(bytes, texts.map(utf8Bytes), fc.tuple(bytes, texts.map(utf8Bytes)).map(joinBytes));
    fc.assert(
      fc.property(some, (bytes) => {
        expect(utf8Text(bytes)).toBe(Buffer.from(bytes).toString('utf8'));
      }),
    );
    expect(utf8Text(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\ufeffA');
  });

  it('their order', () => {
    const short = fc.uint8Array({ maxLength: 4, max: 2 });
    const pairs = fc.oneof(fc.tuple(short, short), fc.tuple(bytes, bytes));
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
      }),
    );
  });

  it('several concatenated', () => {
    fc.assert(
      fc.property(fc.array(bytes), (parts) => {
        expect([...joinBytes(parts)]).toEqual([...Buffer.concat(parts)]);
      }),
    );
  });

  it('base64', () => {
    fc.assert(
      fc.property(bytes, (bytes) => {
        expect(bytesFromBase64(Buffer.from(bytes).toString('base64'))).toEqual(bytes);
      }),
    );
  });
});

it.each([
  ['', 0],
  ['A', 0],
  ['é', 0],
  ['C3', 1],
  ['E6 BC', 2],
  ['F0 9F 98', 3],
  ['F0 9F 98 80', 0],
  ['41 E6', 1],
])('the unfinished end of %j has %i bytes', (text, length) => {
  const given = /^[0-9A-F]{2}( |$)/.test(text)
    ? Uint8Array.from(text.split(' '), (hex) => Number.parseInt(hex, 16))
    : utf8Bytes(text);
  expect(unfinishedLength(given)).toBe(length);
});
