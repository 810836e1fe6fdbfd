import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ListedTokenizer, readVocabulary } from '../../src/import/read-vocabulary.js';
import { huggingFaceJson } from '../../src/text/tokenizers/hugging-face.js';
import { trainTokenizer } from '../../src/text/tokenizers/index.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { words, writeRandomModel } from '../sample/trained-model.js';

/** Reads a vocabulary from a file with this name and content. */
async function read(name: string, content: string, type?: ListedTokenizer) {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return (await readVocabulary(path, type)).tokenizer.toJSON();
}

describe('a vocabulary', () => {
  it('has one token per line, with escapes', async () => {
    const lines = ['a', ' ', '\\s', '\\n', '\\r', '\\t', '\\', '\\u{1f600}', '世', '<unk>'];
    lines.splice(2, 1);
    expect(await read('tokens.txt', lines.join('\r\n'))).toEqual({
      type: 'character',
      tokens: ['a', ' ', '\n', '\r', '\t', '\\', '😀', '世', '<unk>'],
    });
    expect(await read('tokens.txt', 'a\n\\s\n\\\\\n')).toEqual({ type: 'character', tokens: ['a', ' ', '\\'] });
  });

  it('is of words where a token is longer than a character, or where the type is given', async () => {
    expect(await read('tokens.txt', '<unk>\n<eos>\nfox\n')).toEqual({ type: 'word', tokens: ['<unk>', '<eos>', 'fox'] });
    expect(await read('tokens.json', '["<eos>", "<unk>", "a"]', 'word')).toEqual({
      type: 'word',
      tokens: ['<eos>', '<unk>', 'a'],
    });
  });

  it('may be a list or a map in JSON', async () => {
    expect(await read('tokens.json', '["b", "\\n", "a"]')).toEqual({ type: 'character', tokens: ['b', '\n', 'a'] });
    expect(await read('tokens.json', '{"a": 2, "model": 1, "<eos>": 3, "<unk>": 0}')).toEqual({
      type: 'word',
      tokens: ['<unk>', 'model', 'a', '<eos>'],
    });
  });

  it('may be a tokenizer.json, and a model of ours', async () => {
    const state = trainTokenizer({ type: 'bpe', vocabularySize: 260 }, 'the fox and the crow '.repeat(4)).toJSON();
    if (state.type !== 'bpe') throw new Error('not byte pairs');
    expect(await read('tokenizer.json', huggingFaceJson(state))).toEqual(state);
    expect((await readVocabulary(writeRandomModel(temporaryFolder(), { tokenizer: words }))).tokenizer.toJSON()).toEqual(words);
  });

  const refused: readonly [what: string, name: string, content: string, message: RegExp, type?: ListedTokenizer][] = [
    ['an empty line', 't.txt', 'a\n\nb\n', /t\.txt:2: an empty line/],
    ['a token twice', 't.txt', 'a\nb\na\n', /t\.txt:3: "a" is already in line 1/],
    ['an escape that is none', 't.txt', 'a\n\\q\n', /t\.txt:2: "\\\\q" is no escape/],
    ['half of a surrogate pair', 't.txt', '\\u{d800}\n', /t\.txt:1: .* is no escape/],
    ['a character that is two', 't.txt', 'a\nbc\n', /as a vocabulary of characters: token 1 cannot be one: "bc"/, 'character'],
    ['words without <eos>', 't.txt', '<unk>\nfox\n', /a word vocabulary needs <eos>\. Rename/],
    ['a list of numbers', 't.json', '[1, 2]', /as a vocabulary of words: token 0 is not a string/],
    ['ids that leave some out', 't.json', '{"a": 0, "b": 2}', /"b" does not have an id of its own; .*from 0 to 1 once/],
    ['an id twice', 't.json', '{"a": 0, "b": 0}', /"b" does not have an id of its own/],
    ['a key that is a trap', 't.json', '{"__proto__": 0}', /t\.json: it has the key __proto__/],
    ['neither a list nor a map', 't.json', '3', /not a tokenizer\.json/],
    ['a type beside a file that has one', 't.json', '{"model": {}}', /--tokenizer word: .* leave --tokenizer out/, 'word'],
  ];
  it.each(refused)('cannot be %s', async (_, name, content, message, type) => {
    await expect(read(name, content, type)).rejects.toThrow(message);
  });
});
