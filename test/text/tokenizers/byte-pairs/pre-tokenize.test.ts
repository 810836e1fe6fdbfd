import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forEachPiece } from '../../../../src/text/tokenizers/byte-pairs/pre-tokenize.js';
import { libraryClass } from '../../../golden/hugging-face.js';
import { anyText, mixedTexts } from '../mixed-texts.js';

function piecesOf(text: string, from?: number, to?: number): string[] {
  const pieces: string[] = [];
  forEachPiece(text, (start, end) => pieces.push(text.slice(start, end)), from, to);
  return pieces;
}

/** As published with GPT-2; the classes of characters are those that Hugging Face's Rust library has. */
const [L, N, S] = [libraryClass('L'), libraryClass('N'), libraryClass('White_Space')];
const expression = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?[${L}]+| ?[${N}]+| ?[^${S}${L}${N}]+|[${S}]+(?![^${S}])|[${S}]+`,
  'gu',
);

describe('the pieces of a text', () => {
  it("are the matches of GPT-2's regular expression", () => {
    for (const text of mixedTexts) expect(piecesOf(text)).toEqual(text.match(expression) ?? []);
    fc.assert(
      fc.property(anyText, (text) => {
        expect(piecesOf(text)).toEqual(text.match(expression) ?? []);
      }),
      { numRuns: 1000 },
    );
  });

  it('are words with the space before them, contractions, numbers, signs, and white space', () => {
    expect(piecesOf("We'll see  12 cats!!\n")).toEqual(['We', "'ll", ' see', ' ', ' 12', ' cats', '!!', '\n']);
  });

  it('of a part are those of the part alone', () => {
    const text = "abc  don't  stop";
    for (let from = 0; from <= text.length; from++) {
      for (let to = from; to <= text.length; to++) expect(piecesOf(text, from, to)).toEqual(piecesOf(text.slice(from, to)));
    }
  });

  it('may be millions of characters long, where the expression would overflow the stack', () => {
    const text = `${'字'.repeat(20_000_000)} end`;
    const ends: number[] = [];
    forEachPiece(text, (_, end) => ends.push(end));
    expect(ends).toEqual([20_000_000, 20_000_004]);
  });
});
