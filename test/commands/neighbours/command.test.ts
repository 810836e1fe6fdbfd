import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readModel } from '../../../src/run/open-model.js';
import { byteCharacters } from '../../../src/text/tokenizers/byte-alphabet.js';
import { characters, words, writeRandomModel } from '../../sample/trained-model.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove } = createWorkplace();
afterAll(remove);
const neighbours = (...args: string[]) => textloom(['neighbours', ...args], folder);
const json = async (...args: string[]) => JSON.parse((await neighbours(...args, '--json')).stdout);

writeRandomModel(folder);
writeRandomModel(folder, { tokenizer: words, tieWeights: true }, 'words.safetensors');

/** Cosine similarity of two rows of a parameter. */
function similarity(name: string, file: string, a: number, b: number): number {
  const { parameters, tokenizer } = readModel(join(folder, file));
  const values = parameters.get(name)!;
  const columns = values.length / tokenizer.vocabulary.size;
  const [x, y] = [a, b].map((id) => [...values.subarray(id * columns, (id + 1) * columns)]) as [number[], number[]];
  const dot = (u: number[], v: number[]) => u.reduce((sum, value, i) => sum + value * v[i]!, 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

describe.concurrent('textloom neighbours', () => {
  it('lists ten tokens by similarity of their rows of the embedding', async () => {
    const { matrix, words: found } = await json('words.safetensors', 'fox');
    expect([matrix, found.length, found[0].word, found[0].id]).toEqual(['embedding', 1, 'fox', 3]);
    const { nearest } = found[0];
    expect(nearest).toHaveLength(10);
    expect(nearest.map(({ token }: { token: string }) => token).toSorted()).toEqual(
      words.tokens.filter((token) => token !== 'fox').toSorted(),
    );
    for (const near of nearest) {
      expect(words.tokens[near.id]).toBe(near.token);
      expect(near.similarity).toBeCloseTo(similarity('encoder.weight', 'words.safetensors', 3, near.id), 6);
    }
    const order = nearest.map((near: { similarity: number }) => near.similarity);
    expect(order).toEqual(order.toSorted((a: number, b: number) => b - a));
  });

  it('shows the words one after another, each with as many tokens as --count says', async () => {
    const { code, stdout, stderr } = await neighbours('words.safetensors', 'fox', 'crow', '--count', '2');
    expect([code, stderr]).toEqual([0, '']);
    const entry = '\\n {2,3}-?0\\.\\d{4} {2}"[<>a-z]+"';
    expect(stdout).toMatch(new RegExp(`^"fox"${entry}${entry}\\n\\n"crow"${entry}${entry}\\n$`));
  });

  it('--analogy lists the tokens nearest to B - A + C, without the three', async () => {
    const { matrix, analogy, nearest } = await json('words.safetensors', '--analogy', 'fox', 'crow', 'cheese', '--count', '99');
    expect([matrix, analogy]).toEqual(['embedding', ['fox', 'crow', 'cheese']]);
    expect(nearest.map(({ token }: { token: string }) => token).toSorted()).toEqual(
      words.tokens.filter((token) => !['fox', 'crow', 'cheese'].includes(token)).toSorted(),
    );
    const { stdout } = await neighbours('words.safetensors', 'fox', 'crow', 'cheese', '--analogy', '--count', '1');
    expect(stdout.split('\n')[0]).toBe('"crow" - "fox" + "cheese"');
    expect(stdout).toContain(`${nearest[0].similarity.toFixed(4)}  "${nearest[0].token}"`);
  });

  it('--matrix output compares the rows of the output layer', async () => {
    const { matrix, words: found } = await json('model.safetensors', 'e', '--matrix', 'output', '--count', '1');
    const [near] = found[0].nearest;
    const id = characters.tokens.indexOf('e');
    expect(matrix).toBe('output');
    expect(near.similarity).toBeCloseTo(similarity('decoder.weight', 'model.safetensors', id, near.id), 6);
    expect(near.similarity).not.toBeCloseTo(similarity('encoder.weight', 'model.safetensors', id, near.id), 3);
  });

  it('accepts white space as it is or with escapes, and other characters', async () => {
    const { words: found } = await json('model.safetensors', ' ', '\\s', '\\n', '.', '--count', '1');
    expect(found.map(({ word }: { word: string }) => word)).toEqual([' ', ' ', '\n', '.']);
    expect((await neighbours('model.safetensors', '\\n', '--count', '1')).stdout.split('\n')[0]).toBe('"\\n"');
  });

  it('finds a word in the spelling of the vocabulary: in lower case, or attached to the word before it', async () => {
    const tokenizer = {
      type: 'word',
      tokens: ['<unk>', '<eos>', 'fox', '-', '\uffed,'],
      case: 'lower',
      punctuation: 'separate',
    };
    writeRandomModel(folder, { tokenizer }, 'lower.safetensors');
    const { words: found } = await json('lower.safetensors', 'Fox', '-', ',', '--count', '1');
    expect(found.map(({ id }: { id: number }) => id)).toEqual([2, 3, 4]);
  });

  it('shows byte pairs as text, and finds a word that begins with a space', async () => {
    const id = (token: string) => tokens.indexOf(token);
    const tokens = [...byteCharacters, 'fo', 'fox', 'Ġfox'];
    const merges = [
      [id('f'), id('o')],
      [id('fo'), id('x')],
      [id('Ġ'), id('fox')],
    ];
    const tokenizer = { type: 'bpe', tokens, merges, added: [] };
    writeRandomModel(folder, { tokenizer }, 'bpe.safetensors');
    const { words: found } = await json('bpe.safetensors', 'fox', ' fox', 'f', '--count', '300');
    expect(found.map(({ word }: { word: string }) => word)).toEqual(['fox', ' fox', 'f']);
    expect(found[2].nearest.map(({ token }: { token: string }) => token)).toContain(' fox');
  });

  it('sends no control characters to the terminal', async () => {
    const tokenizer = { type: 'word', tokens: ['<unk>', '<eos>', '\x1b[31mred', 'a\u202eb', 'fox'] };
    writeRandomModel(folder, { tokenizer }, 'hostile.safetensors');
    for (const args of [[], ['--json'], ['--analogy']]) {
      const list = args[0] === '--analogy' ? ['fox', '<unk>', '\x1b[31mred'] : ['fox'];
      const { code, stdout } = await neighbours('hostile.safetensors', ...list, ...args);
      expect(code).toBe(0);
      expect(stdout).toContain('<eos>');
      for (const control of ['\x1b', '\u202e']) expect(stdout).not.toContain(control);
    }
  });
});
