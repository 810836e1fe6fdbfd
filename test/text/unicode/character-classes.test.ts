import { describe, expect, it } from 'vitest';
import { inBrackets, rangesOf } from '../../../src/text/unicode/character-classes.js';
import { type tables, UNICODE_VERSION } from '../../../src/text/unicode/tables.js';
import { libraryEncodings } from '../../golden/hugging-face.js';
import { skipReason } from '../../outside-programs.js';

/** The names of the classes in a JavaScript expression. */
const properties: Record<keyof typeof tables, string> = {
  L: 'L',
  M: 'M',
  N: 'N',
  White_Space: 'White_Space',
  Regional_Indicator: 'RI',
  Extended_Pictographic: 'ExtPict',
  Emoji_Modifier: 'EMod',
  Han: 'scx=Han',
  Hiragana: 'scx=Hiragana',
  Katakana: 'scx=Katakana',
  Thai: 'scx=Thai',
  Lao: 'scx=Lao',
  Khmer: 'scx=Khmer',
  Myanmar: 'scx=Myanmar',
};

describe('the classes of characters', () => {
  it("are those of Hugging Face's Rust library, for every character", () => {
    for (const [name, ranges] of Object.entries(libraryEncodings().classes))
      expect(rangesOf(name as keyof typeof tables), name).toEqual(ranges);
  });

  const reason = skipReason(process.versions.unicode === UNICODE_VERSION, `a Node with Unicode ${UNICODE_VERSION}`);
  it.skipIf(reason)(`are those of a Node with the same version of Unicode${reason}`, () => {
    for (const [name, property] of Object.entries(properties)) {
      const [ours, theirs] = [inBrackets(name as keyof typeof tables), property].map((inside, i) =>
        i === 0 ? new RegExp(`[${inside}]`, 'u') : new RegExp(`\\p{${inside}}`, 'u'),
      );
      for (let code = 0; code < 0x110000; code++) {
        const character = String.fromCodePoint(code);
        if (ours!.test(character) !== theirs!.test(character)) expect.fail(`${name}: ${code.toString(16)}`);
      }
    }
  });
});
