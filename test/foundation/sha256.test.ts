import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSha256 } from '../../src/foundation/sha256.js';

const digestOf = (...pieces: readonly Uint8Array[]) => {
  const hash = createSha256();
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
};

describe('SHA-256 without Node', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('has the digests of FIPS 180-4: %j', (text, digest) => {
    expect(digestOf(new TextEncoder().encode(text))).toBe(digest);
  });

  it('has the digests of OpenSSL for any bytes in any pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (pieces) => {
        const expected = createHash('sha256').update(Buffer.concat(pieces)).digest('hex');
        expect(digestOf(...pieces)).toBe(expected);
      }),
    );
  });

  it('reads views that begin in the middle of a buffer', () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => i);
    expect(digestOf(bytes.subarray(7, 290))).toBe(createHash('sha256').update(bytes.subarray(7, 290)).digest('hex'));
  });
});
