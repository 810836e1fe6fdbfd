import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/foundation/errors.js';
import { characterTokenizer } from '../../src/text/tokenizers/character.js';
import type { Tokenizer } from '../../src/text/tokenizers/tokenizer.js';
import { wordTokenizer } from '../../src/text/tokenizers/word.js';
import { JOINER } from '../../src/text/tokenizers/word-pieces.js';
import { readWordVectors } from '../../src/text/word-vectors/read-vectors.js';
import { tokenSpellings } from '../../src/text/word-vectors/token-forms.js';
import { temporaryFolder } from '../files/temporary-folder.js';

const words = wordTokenizer(['<unk>', '<eos>', 'the', 'fox', '. . .']);

function file(content: string | Uint8Array, name = 'vectors.txt'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

/** The vectors that a text gives, by token. */
async function read(content: string | Uint8Array, tokenizer: Tokenizer = words, name?: string) {
  const { ids, values } = await readWordVectors(file(content, name), tokenizer, 2);
  return Object.fromEntries(
    Array.from(ids, (id, i) => [tokenizer.vocabulary.tokenOf(id), [...values.subarray(2 * i, 2 * i + 2)]]),
  );
}

async function refusal(content: string): Promise<string> {
  const error = await readWordVectors(file(content), words, 2).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message;
}

describe('readWordVectors', () => {
  it.each([
    ['with the line that word2vec and fastText begin with', '3 2\nthe 1 -2.5e-1\nfox 0.5 3 \nzebra 7 8\n'],
    ['without it, as GloVe writes', 'the 1 -0.25\nfox 0.5 3\nzebra 7 8'],
    ['with tabs and Windows line ends', 'the\t1\t-0.25\r\nfox\t0.5\t3\r\n'],
  ])('reads vectors of the tokens in the vocabulary: %s', async (_name, content) => {
    expect(await read(content)).toEqual({ the: [1, -0.25], fox: [0.5, 3] });
    expect(await read(gzipSync(content), words, 'vectors.vec.gz')).toEqual({ the: [1, -0.25], fox: [0.5, 3] });
  });

  it('uses the last fields as the numbers, because a token may contain spaces', async () => {
    expect(await read('the 1 2\n. . . 3 4\n')).toEqual({ the: [1, 2], '. . .': [3, 4] });
  });

  it('takes the first vector of a token, and </s> for the end of a line where <eos> is not there', async () => {
    expect(await read('the 1 2\nthe 3 4\n</s> 5 6\n')).toEqual({ the: [1, 2], '<eos>': [5, 6] });
    expect(await read('the 1 2\n</s> 5 6\n<eos> 7 8\n')).toEqual({ the: [1, 2], '<eos>': [7, 8] });
  });

  it('matches words of other case only where the tokenizer converts to lower case, and prefers their own spelling', async () => {
    const lower = wordTokenizer(['<unk>', '<eos>', 'the', 'fox'], { case: 'lower' });
    expect(await read('The 1 2\nthe 3 4\nFOX 5 6\nFox 7 8\n', lower)).toEqual({ the: [3, 4], fox: [5, 6] });
    expect(await read('The 1 2\nfox 3 4\n')).toEqual({ fox: [3, 4] });
  });

  it('gives a word that is attached to the previous word the vector of the word, unless it has its own', async () => {
    const separate = wordTokenizer(['<unk>', '<eos>', 'fox', `${JOINER},`, `${JOINER}fox`], { punctuation: 'separate' });
    const found = await read(`fox 1 2\n, 3 4\n${JOINER}fox 5 6\n`, separate);
    expect(found).toEqual({ fox: [1, 2], [`${JOINER},`]: [3, 4], [`${JOINER}fox`]: [5, 6] });
  });

  it('reads the escapes of a vocabulary in which white space is a token', async () => {
    const characters = characterTokenizer(['a', ' ', '\n', '\\', '\u0085']);
    expect(tokenSpellings(characters)).toEqual(['a', '\\s', '\\n', '\\\\', '\\u{85}']);
    const content = tokenSpellings(characters)
      .map((spelling, i) => `${spelling} ${i} 0\n`)
      .join('');
    const expected = { a: [0, 0], ' ': [1, 0], '\n': [2, 0], '\\': [3, 0], '\u0085': [4, 0] };
    expect(await read(content, characters)).toEqual(expected);
  });

  it.each([
    [
      'another size, said',
      '2 3\nthe 1 2 3\n',
      'has vectors of 3 numbers, and model.embedding.size is 2: set model.embedding.size to 3',
    ],
    ['another size, seen', 'the 1 2 3\n', 'has vectors of 3 numbers, and model.embedding.size is 2'],
    ['a short line', 'the 1 2\nfox 1\n', 'vectors.txt:2: a token and 2 numbers are expected, and there are 2 fields'],
    ['what is no number', 'the 1 2\nfox 1 x\n', 'vectors.txt:2: "x" is not a number'],
    ['what is not finite', 'the 1 1e999\n', 'vectors.txt:1: "1e999" is not a number'],
    ['a file that is cut short', '3 2\nthe 1 2\nfox 3 4\n', 'has 2 vectors, and its first line says 3: it is not complete'],
    ['other tokens', 'lion 1 2\n', 'none of its 1 tokens is in the vocabulary'],
  ])('refuses %s', async (_name, content, message) => {
    expect(await refusal(content)).toContain(message);
  });
});
