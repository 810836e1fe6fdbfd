import { describe, expect, it } from 'vitest';
import type { ModelDescription } from '../../../src/model/model-description.js';
import { blankTokens, readTemplate } from '../../../src/sample/fill/template.js';
import { tokenizerFromJSON, trainTokenizer } from '../../../src/text/tokenizers/index.js';
import type { Tokenizer } from '../../../src/text/tokenizers/tokenizer.js';

const attached = tokenizerFromJSON({ type: 'word', tokens: ['<unk>', '<eos>', 'the', 'fox', 'fox.', '(fox)', '.', 'ran'] });
const separate = tokenizerFromJSON({
  type: 'word',
  punctuation: 'separate',
  case: 'lower',
  tokens: ['<unk>', '<eos>', 'the', 'fox', '\uffedfox', '\uffed.', '\uffed,', '"', 'ran'],
});
const pairs = trainTokenizer({ type: 'bpe', vocabularySize: 300 }, 'the fox ran to the fox and the crow.\n'.repeat(30));
const characters = tokenizerFromJSON({ type: 'character', tokens: [...'the foxran.\n'] });

const read = (tokenizer: Tokenizer, text: string, maximumLength = 4) =>
  readTemplate({ tokenizer } as ModelDescription, text, maximumLength);

/** The tokens of the pieces, by name. */
const namesOf = (tokenizer: Tokenizer, text: string) =>
  read(tokenizer, text).pieces.map((piece) => Array.from(piece, (id) => tokenizer.vocabulary.tokenOf(id)));

/** The names of the tokens that a blank of one token may have. */
function allowed(tokenizer: Tokenizer, text: string, place: [number, number] = [0, 1]): string[] {
  const mask = blankTokens(tokenizer, read(tokenizer, text).blanks[0]!).mask(...place);
  return tokenizer.vocabulary.tokens.filter((_, id) => mask[id] === 1);
}

describe('a text with blanks', () => {
  it('is read between two line ends, with the lengths of its blanks', () => {
    expect(namesOf(attached, 'the ___ ran ___')).toEqual([['<eos>', 'the'], ['ran'], ['<eos>']]);
    const lengths = (tokenizer: Tokenizer, text: string) =>
      read(tokenizer, text).blanks.map(({ least, most }) => [least, most]);
    expect(lengths(attached, '___ ___{3} ___{1,2} _____')).toEqual([
      [1, 1],
      [3, 3],
      [1, 2],
      [1, 1],
    ]);
    expect(lengths(characters, '___ ___{2}')).toEqual([
      [1, 4],
      [2, 2],
    ]);
    expect(read(attached, 'The ___ ran\n').filled(['fox'])).toBe('The fox ran\n');
  });

  it('has punctuation beside blanks as beside words', () => {
    expect(namesOf(separate, 'The ___, the ___.')).toEqual([
      ['<eos>', 'the'],
      ['\uffed,', 'the'],
      ['\uffed.', '<eos>'],
    ]);
    expect(allowed(separate, 'the ___.')).toEqual(['the', 'fox', '"', 'ran']);
    expect(allowed(separate, '"___ ran')).toEqual(['\uffedfox', '\uffed.', '\uffed,']);
    expect(blankTokens(separate, read(separate, '"___ ran').blanks[0]!).text([4])).toBe('fox');
  });

  it('needs a word with the punctuation around it where that is attached to words', () => {
    expect(namesOf(attached, 'the ___. ran')).toEqual([
      ['<eos>', 'the'],
      ['ran', '<eos>'],
    ]);
    expect(allowed(attached, 'the ___. ran')).toEqual(['fox.']);
    expect(allowed(attached, 'the (___) ran')).toEqual(['(fox)']);
    expect(blankTokens(attached, read(attached, 'the ___. ran').blanks[0]!).text([4])).toBe('fox');
    expect(allowed(attached, 'the ___{2}. ran', [1, 2])).toEqual(['fox.']);
    expect(allowed(attached, 'the ___{2}. ran', [0, 2])).toContain('ran');
  });

  it('has the space before a blank in its first token with byte pairs, and as a token of its own with characters', () => {
    const { pieces, blanks } = read(pairs, 'the ___ ran.');
    expect(pieces.map((piece) => pairs.decode(piece))).toEqual(['\nthe', ' ran.\n']);
    expect(blanks[0]!.before).toBe(' ');
    const first = blankTokens(pairs, blanks[0]!);
    expect(allowed(pairs, 'the ___ ran.').every((name) => name.startsWith('Ġ'))).toBe(true);
    expect(first.text([...pairs.encode(' fox')])).toBe('fox');
    expect(namesOf(characters, 'the ___ ran')[0]).toEqual(['\n', ...'the ']);
  });

  it('never has line ends and unknown words in a blank', () => {
    expect(allowed(attached, '___')).not.toContain('<unk>');
    expect(allowed(attached, '___')).not.toContain('<eos>');
    expect(allowed(characters, '___')).not.toContain('\n');
  });

  it('is refused without a blank, and with lengths that are none', () => {
    expect(() => read(attached, 'the fox __')).toThrow(/no blank/);
    for (const text of ['___{0}', '___{3,2}', '___{257}']) expect(() => read(attached, text)).toThrow(/1 to 256 words/);
  });
});
