import { afterAll, describe, it } from 'vitest';
import { byteCharacters } from '../../../src/text/tokenizers/byte-alphabet.js';
import { words, writeRandomModel } from '../../sample/trained-model.js';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove } = createWorkplace();
afterAll(remove);
writeRandomModel(folder);
writeRandomModel(folder, { tokenizer: words, tieWeights: true }, 'words.safetensors');
const pairs = { type: 'bpe', tokens: byteCharacters, merges: [], added: [] };
writeRandomModel(folder, { tokenizer: pairs }, 'pairs.safetensors');

const cases: readonly [line: string, code: number, ...says: string[]][] = [
  ['neighbours', 2, 'neighbours needs one more argument'],
  ['neighbours model.safetensors', 2, 'neighbours needs one more argument'],
  ['neighbors model.safetensors e', 2, 'neighbors is not a command (did you mean neighbours?)'],
  ['neighbours gone.safetensors e', 4, 'gone.safetensors', 'there is no such file'],
  ['neighbours corpus.txt e', 4, 'corpus.txt is a text, not a model'],
  ['neighbours words.safetensors crwo', 3, 'the model has no token "crwo" (did you mean "crow"?)'],
  ['neighbours words.safetensors TOO', 3, 'has no token "TOO" (did you mean "to"'],
  ['neighbours words.safetensors xyzzy', 3, 'its tokens are words; textloom inspect MODEL --vocabulary lists them'],
  ['neighbours model.safetensors \x1b[2J', 3, 'has no token "\\u001b[2J"'],
  ['neighbours model.safetensors the', 3, 'has no token "the": its tokens are characters'],
  ['neighbours pairs.safetensors foxes', 3, 'byte pairs, and this text is 5 of them, "f" "o" "x" "e" …'],
  ['neighbours words.safetensors --matrix output fox', 2, '--matrix output: the head of this model has no matrix of its own'],
  ['neighbours words.safetensors --matrix embeding fox', 2, '--matrix embeding (did you mean embedding?)'],
  ['neighbours words.safetensors --count 0 fox', 2, '--count 0: a whole number at least 1 and at most 1000000'],
  ['neighbours words.safetensors --analogy fox crow', 2, '--analogy needs three words A B C, and 2 are given'],
  ['neighbours words.safetensors --analogy fox crow a it', 2, '--analogy needs three words A B C, and 4 are given'],
  ['neighbours words.safetensors fox --analgoy', 2, '--analgoy is not a flag (did you mean --analogy?)'],
  ['neighbours words.safetensors fox --count 1 --count 2', 2, '--count is given 2 times'],
];

describe.concurrent('textloom', () => {
  it.for(cases)('%s', async ([line, code, ...says]) => {
    expectRefusal(await textloom(line.split(' '), folder), { code, says });
  });
});
