import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/foundation/errors.js';
import { createUtf8Decoder } from '../../src/text/utf8.js';

function decode(bytes: Uint8Array, pieceSize = bytes.length): string {
  const decoder = createUtf8Decoder('story.txt');
  let text = '';
  for (let at = 0; at < bytes.length; at += pieceSize) text += decoder.push(bytes.subarray(at, at + pieceSize));
  decoder.end();
  return text;
}

const noNul = (text: string) => !text.includes('\0');
const bytesOf = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));

describe('the UTF-8 decoder', () => {
  it('decodes any text, wherever its bytes are cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }).filter(noNul), fc.integer({ min: 1, max: 7 }), (text, pieceSize) => {
        expect(decode(bytesOf('.', text), pieceSize)).toBe(`.${text}`);
      }),
    );
  });

  it('accepts and refuses the same bytes as a fatal TextDecoder', () => {
    const reference = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const attempt = (run: () => string) => {
      try {
        return run();
      } catch {
        return 'refused';
      }
    };
    const byte = fc.oneof(
      fc.constantFrom(0x41, 0x80, 0xbf, 0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xff),
      fc.nat(254).map((n) => n + 1),
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (list, pieceSize) => {
        const bytes = bytesOf('.', list);
        expect(attempt(() => decode(bytes, pieceSize))).toBe(attempt(() => reference.decode(bytes)));
      }),
      { numRuns: 2000 },
    );
  });

  it('drops a byte order mark at the start, even when it is cut, and keeps one in the middle', () => {
    for (const pieceSize of [1, 2, 3, 9]) expect(decode(bytesOf('\ufeffa\ufeffb'), pieceSize)).toBe('a\ufeffb');
  });

  it('names file, byte and line of the first invalid character', () => {
    const cases: [name: string, bad: number[], byte: string][] = [
      ['Latin-1', [0xe9, 0x20], '0xe9'],
      ['a lone continuation byte', [0x80], '0x80'],
      ['an overlong form', [0xe0, 0x80, 0x80], '0xe0'],
      ['an encoded surrogate', [0xed, 0xa0, 0x80], '0xed'],
      ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80], '0xf4'],
    ];
    for (const [name, bad, byte] of cases) {
      for (const pieceSize of [1, 2, 3, 100]) {
        const bytes = bytesOf('één\ntwö\n12', bad, 'more', [0xff]);
        expect(() => decode(bytes, pieceSize), name).toThrow(`story.txt: invalid UTF-8, starting with the byte ${byte}.`);
        expect(() => decode(bytes, pieceSize), name).toThrow('(byte 13, line 3)');
      }
    }
  });

  it('refuses a text that ends in the middle of a character', () => {
    expect(() => decode(bytesOf('ab\n', [0xe2, 0x82]))).toThrow(/ends in the middle of a UTF-8 character.*\(byte 3, line 2\)/);
  });

  it('refuses NUL bytes as binary, also behind other invalid bytes', () => {
    expect(() => decode(bytesOf([0x7f, 0x45, 0xff, 0x0a, 0x00]))).toThrow(/NUL byte.*binary.*\(byte 4, line 2\)/);
  });

  it.each<[encoding: string, bytes: number[]]>([
    // "Déjà vu" and curly quotes; "naïve text"; "これはペンです。" twice.
    ['WINDOWS-1252', [0x93, 0x44, 0xe9, 0x6a, 0xe0, 0x20, 0x76, 0x75, 0x94, ...Buffer.from(' it was')]],
    ['LATIN1', [...Buffer.from('na'), 0xef, ...Buffer.from('ve text')]],
    ['SHIFT_JIS', [0x82, 0xb1, 0x82, 0xea, 0x82, 0xcd, 0x83, 0x79, 0x83, 0x93, 0x82, 0xc5, 0x82, 0xb7, 0x81, 0x42, 0x0a]],
    ['EUC-JP', [0xa4, 0xb3, 0xa4, 0xec, 0xa4, 0xcf, 0xa5, 0xda, 0xa5, 0xf3, 0xa4, 0xc7, 0xa4, 0xb9, 0xa1, 0xa3, 0x0a]],
  ])('tells %s by its bytes', (encoding, bytes) => {
    expect(() => decode(bytesOf('one\n', bytes), 100)).toThrow(
      `It looks like ${encoding}. Convert it, for example: iconv -f ${encoding} -t UTF-8 OLD > NEW`,
    );
  });

  it('does not guess an encoding without evidence', () => {
    // "Привет, мир" in Windows-1251.
    const russian = [0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2, 0x2c, 0x20, 0xec, 0xe8, 0xf0];
    expect(() => decode(bytesOf(russian), 100)).toThrow('Find out its encoding (uchardet FILE may tell), and convert it');
  });

  it('recognizes UTF-16 by its mark', () => {
    for (const bytes of [bytesOf([0xff, 0xfe, 0x41, 0x00]), bytesOf([0xfe, 0xff, 0x00, 0x41])]) {
      expect(() => decode(bytes)).toThrow(/UTF-16.*iconv -f UTF-16/);
    }
  });

  it('throws errors of kind data', () => {
    expect(() => decode(bytesOf([0xff]))).toThrow(UserError);
    expect(() => decode(bytesOf([0xff]))).toThrow(expect.objectContaining({ kind: 'data' }));
  });
});
