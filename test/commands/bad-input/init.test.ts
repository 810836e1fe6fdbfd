import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove, write } = createWorkplace();
afterAll(remove);
mkdirSync(join(folder, 'empty'));
write('nothing.txt', '');
write('binary.txt', new Uint8Array(100));
write('taken.yaml', 'mine');
write('file', 'no folder');

const cases: readonly [args: string[], code: number, ...says: string[]][] = [
  [['empty'], 2, '--corpus is missing: the text to learn from'],
  [['--corpus='], 2, '--corpus is missing: the text to learn from'],
  [['', '--corpus', 'corpus.txt'], 2, 'the folder to write the config to is empty'],
  [['--corpus', 'gone.txt'], 3, 'gone.txt'],
  [['--corpus', 'nothing.txt'], 3, 'nothing.txt'],
  [['--corpus', 'binary.txt'], 3, 'binary.txt'],
  [['--corpus', 'corpus.txt', '--preset', 'larg'], 2, '--preset larg (did you mean large?): allowed are quickstart, small'],
  [['--corpus', 'corpus.txt', '--name', '../x'], 2, '--name "../x": letters, digits, blanks'],
  [['--corpus', 'corpus.txt', '--name='], 2, '--name ""'],
  [['--corpus', 'corpus.txt', '--name', 'taken'], 2, 'taken.yaml exists: give another name, or replace it with --force'],
  [['--corpus', 'corpus.txt', 'file'], 2, 'file is a file: give the text with --corpus'],
  [['--corpus', 'corpus.txt', '--time', 'soon'], 2, '--time "soon": a time such as 90s, 10m or 2h is expected'],
  [['a', 'b'], 2, 'b is one argument too many'],
];

describe.concurrent('textloom init', () => {
  it.for(cases)('%j', async ([args, code, ...says]) => {
    expectRefusal(await textloom(['init', ...args], folder), { code, says });
  });
});
