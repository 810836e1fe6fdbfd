import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32c } from '../../../src/report/tensorboard/crc32c.js';
import { slowCrc32c } from './read-event-files.js';

it.each([
  ['the check value of CRC-32C', Buffer.from('123456789'), 0xe3069283],
  ['32 zeros (RFC 3720, B.4)', Buffer.alloc(32), 0x8a9136aa],
  ['32 bytes of ones (RFC 3720, B.4)', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['nothing', Buffer.alloc(0), 0],
])('the checksum is known: %s', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
  expect(slowCrc32c(bytes)).toBe(expected);
});

it('the checksum is the remainder of the division, bit by bit', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(crc32c(bytes)).toBe(slowCrc32c(bytes));
    }),
  );
});
