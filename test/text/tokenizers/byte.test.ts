import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/foundation/errors.js';
import { byteTokenizer } from '../../../src/text/tokenizers/byte.js';
import { anyText, mixedTexts } from './mixed-texts.js';

const tokenizer = byteTokenizer();

/** A decoder's pieces, the last one at its end. */
function stream(ids: Iterable<number>): string[] {
  const decoder = tokenizer.createDecoder();
  return [...Array.from(ids, (id) => decoder.push(id)), decoder.end()];
}

describe('the byte tokenizer', () => {
  it('reproduces any text, whole and as a stream', () => {
    const check = (text: string) => {
      const ids = tokenizer.encode(text);
      expect(tokenizer.decode(ids)).toBe(text);
      expect(stream(ids).join('')).toBe(text);
    };
    mixedTexts.forEach(check);
    fc.assert(fc.property(anyText, check));
  });

  it('has the bytes of UTF-8 as ids', () => {
    expect(tokenizer.encode('aé\n😀')).toEqual(Int32Array.of(0x61, 0xc3, 0xa9, 0x0a, 0xf0, 0x9f, 0x98, 0x80));
    expect([tokenizer.vocabulary.size, tokenizer.vocabulary.unknownId, tokenizer.lineEndId]).toEqual([256, undefined, 10]);
  });

  it('shows bytes that are not UTF-8 as U+FFFD, as TextDecoder does', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.array(fc.constantFrom(0x41, 0x80, 0xbf, 0xc2, 0xc0, 0xe0, 0xe4, 0xed, 0xf0, 0xf4, 0xf5, 0xff, 0xa0), {
        maxLength: 12,
      }),
    );
    fc.assert(
      fc.property(bytes, (ids) => {
        const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(ids));
        expect(tokenizer.decode(ids)).toBe(text);
        expect(stream(ids).join('')).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('holds back a character until it is complete, and shows an incomplete one at the end', () => {
    expect(stream([0xe4, 0xb8, 0x96, 0x61])).toEqual(['', '', '世', 'a', '']);
    expect(stream([0x61, 0xf0, 0x9f, 0x98])).toEqual(['a', '', '', '', '\ufffd']);
    const decoder = tokenizer.createDecoder();
    decoder.push(0xe4);
    expect([decoder.end(), decoder.end(), decoder.push(0x61)]).toEqual(['\ufffd', '', 'a']);
  });

  it('refuses ids that are not bytes', () => {
    for (const id of [-1, 256, 1.5]) {
      expect(() => tokenizer.decode([id])).toThrow(UserError);
      expect(() => tokenizer.createDecoder().push(id)).toThrow(UserError);
    }
  });
});
