import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/foundation/errors.js';
import { wordTokenizer } from '../../src/text/tokenizers/word.js';
import { readWordRelations } from '../../src/text/word-vectors/read-relations.js';
import { temporaryFolder } from '../files/temporary-folder.js';

const words = wordTokenizer(['<unk>', '<eos>', 'the', 'fox', 'wolf', 'crow', 'raven']);
function file(content: string | Uint8Array, name = 'related.txt'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

/** The pairs in words with their weights, and the counts of words. */
async function read(content: string | Uint8Array, tokenizer = words, name?: string) {
  const { first, second, shares, ...counts } = await readWordRelations(file(content, name), tokenizer);
  const { tokens } = tokenizer.vocabulary;
  return { pairs: Array.from(first, (id, i) => [tokens[id], tokens[second[i]!], shares[i]]), ...counts };
}

async function refusal(content: string | Uint8Array): Promise<string> {
  const error = await readWordRelations(file(content), words).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message;
}

describe('readWordRelations', () => {
  it('relates the first word of a line to the others; the weights are those of both directions', async () => {
    // fox has two related words, wolf and crow one.
    const expected = {
      pairs: [
        ['fox', 'wolf', 1.5],
        ['fox', 'crow', 1.5],
      ],
      words: 3,
      unknown: 0,
    };
    expect(await read('fox wolf crow\n')).toEqual(expected);
    expect(await read(gzipSync('fox\twolf  crow \r\n'), words, 'related.gz')).toEqual(expected);
  });

  it('has each pair once, in whatever direction and how often it is listed, and no word with itself', async () => {
    const { pairs } = await read('fox wolf\nwolf fox fox wolf\n\ncrow crow raven\n');
    expect(pairs).toEqual([
      ['fox', 'wolf', 2],
      ['crow', 'raven', 2],
    ]);
  });

  it('leaves out and counts words that are not in the vocabulary', async () => {
    expect(await read('fox vixen wolf\ndog wolf crow\nraven\n')).toEqual({ pairs: [['fox', 'wolf', 2]], words: 7, unknown: 2 });
  });

  it('finds the spelling in lower case where the tokenizer converts to lower case', async () => {
    const lower = wordTokenizer(['<unk>', '<eos>', 'the', 'fox'], { case: 'lower' });
    expect((await read('The FOX\n', lower)).pairs).toEqual([['the', 'fox', 2]]);
    expect((await read('the fox\n', lower)).pairs).toEqual([['the', 'fox', 2]]);
  });

  it('refuses files without a pair of the vocabulary, lines without end, and what is no text', async () => {
    expect(await refusal('fox vixen\n')).toMatch(
      /related\.txt: none of its 2 words is in the vocabulary together with a related/,
    );
    expect(await refusal('')).toContain('none of its 0 words');
    expect(await refusal('fox '.repeat(400_000))).toContain('a line has more than 1048576 characters');
    expect(await refusal(Uint8Array.of(102, 111, 120, 0, 1))).toContain('related.txt');
  });
});
