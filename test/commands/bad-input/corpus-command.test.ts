import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);
write('empty.txt', '');
mkdirSync(join(folder, 'data/ptb.train.txt'), { recursive: true });
mkdirSync(join(folder, 'part/ptb.train.txt.part'), { recursive: true });
write('binary.txt', new Uint8Array([65, 0, 66]));

const cases: readonly [line: string, code: number, ...says: string[]][] = [
  ['genrate', 2, '"corpus genrate" is not a command (did you mean corpus generate?)', 'corpus audit, corpus fetch'],
  ['generate', 2, 'corpus generate needs one more argument; see textloom corpus generate --help'],
  ['generate dyck', 2, '--output is missing; see textloom corpus generate --help'],
  ['generate dyck more --output a', 2, 'more is one argument too many'],
  [
    'generate dycc --output a',
    2,
    'no corpus "dycc" can be generated (did you mean dyck?)',
    'fables, markov, reber, dyck, copy, adding, names',
  ],
  ['generate dyck --output a --piars 2', 2, '--piars is not a flag (did you mean --pairs?)'],
  ['generate dyck --output a --order 2', 2, '--order has no effect on dyck, which takes --pairs, --maximum-depth, --opening'],
  ['generate fables --output a --seed 1 --length 2', 2, '--length has no effect on fables, which takes no parameters'],
  ['generate dyck --output a --pairs 5', 2, '--pairs 5: a whole number at least 1 and at most 4'],
  ['generate dyck --output a --opening 1', 2, '--opening 1: a number at least 0.01 and at most 0.99'],
  ['generate adding --output a --base ten', 2, '--base ten: a whole number at least 2 and at most 10'],
  ['generate markov --output a --order 8 --alphabet 26', 2, 'alphabet 26 and order 8', 'smaller alphabet or order'],
  ['generate markov --output a --seed -1', 2, '--seed -1: a whole number at least 0'],
  ['generate markov --output a --characters 1e12', 2, '--characters 1e12: a whole number at least 1 and at most 20000000'],
  ['generate markov --output a --output b', 2, '--output is given 2 times'],
  ['generate markov --output=', 2, '--output (empty)'],
  ['generate reber --output corpus.txt', 2, 'corpus.txt exists: choose another --output, or replace it with --overwrite'],
  ['generate reber --output binary.txt/a.txt', 7, 'cannot make the folder binary.txt'],
  ['cache --list --clear', 2, '--list and --clear: give one of them'],
  ['audit', 2, 'corpus audit needs one more argument'],
  ['audit corpus.txt --tokenizer bpe', 2, '--tokenizer "bpe": allowed are character, word, byte'],
  ['audit small.yaml --tokenizer word', 2, '--tokenizer and small.yaml'],
  ['audit small.yaml corpus.txt', 2, 'small.yaml is a config and must be the only source'],
  ['audit nowhere.yaml', 2, 'nowhere.yaml'],
  ['audit corpus.txt nowhere.txt', 3, 'nowhere.txt', 'no such file'],
  ['audit empty.txt', 3, 'empty.txt: the file is empty'],
  ['audit corpus.txt binary.txt', 3, 'binary.txt', 'NUL byte'],
  ['fetch', 2, 'give the name of a corpus, or --list'],
  ['fetch pbt', 2, 'no corpus "pbt" is known (did you mean ptb?)'],
  ['fetch ptb --list', 2, '--list and NAME'],
  ['fetch --list --output a', 2, '--list and --output'],
  ['fetch --list --mirror a', 2, '--list and --mirror'],
  ['fetch ptb --mirror http://example.org/', 2, '--mirror "http://example.org/": an address that begins with https://'],
  ['fetch ptb --mirror files', 2, '--mirror "files/": an address that begins with https://'],
  ['fetch ptb --output=', 2, '--output (empty)'],
  ['fetch ptb --output corpus.txt --mirror http://127.0.0.1:9/', 7, 'cannot make the folder corpus.txt'],
  ['fetch ptb --output new --mirror http://127.0.0.1:9/', 3, 'http://127.0.0.1:9/ptb.train.txt: no answer'],
  ['fetch ptb', 2, 'data/ptb.train.txt is a folder', 'another --output'],
  ['fetch ptb --output part', 7, 'part/ptb.train.txt.part is a folder', 'another --output'],
];

describe.concurrent('textloom corpus', () => {
  it.for(cases)('%s', async ([line, code, ...says]) => {
    const args = line === '' ? [] : line.split(' ');
    expectRefusal(await textloom(['corpus', ...args], folder), { code, says });
  });
});
