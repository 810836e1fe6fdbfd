import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace, smallConfig } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);
write('broken.yaml', `${smallConfig}sead: 5\n`);
write('blind.yaml', 'corpus: { path: corpus.txt, split: { train: 1, validation: 0, test: 0 } }\n');
mkdirSync(join(folder, 'other/trials'), { recursive: true });

const rate = 'training.optimizer.learningRate';

const cases: readonly [line: string, code: number, ...says: string[]][] = [
  ['tune small.yaml', 2, 'a search has no end of its own: give --budget'],
  ['tune small.yaml --budget soon', 2, '--budget soon: a time is expected'],
  ['tune small.yaml --budget 0m', 2, '--budget 0m: a time is expected'],
  ['tune small.yaml --trials 0', 2, '--trials 0: a whole number at least 1'],
  ['tune small.yaml --trials 2 --steps 1.5', 2, '--steps 1.5: a whole number'],
  ['tune small.yaml --trials 2 --parallel none', 2, '--parallel none: a whole number'],
  ['tune small.yaml --trials 2 --threads 0', 2, '--threads 0: a whole number'],
  ['tune small.yaml --trials 2 --output=', 2, '--output (empty)'],
  ['tune gone.yaml --trials 2', 2, 'gone.yaml: no such file'],
  ['tune corpus.txt --trials 2', 2, 'corpus.txt is a text, not a config'],
  ['tune broken.yaml --trials 2', 2, 'broken.yaml:10:1: sead is not a key (did you mean seed?)'],
  ['tune blind.yaml --trials 2', 2, 'blind.yaml has no validation text', 'set corpus.split.validation'],
  ['tune small.yaml --trials 2 --resume', 2, 'runs/small-tune has no search to continue: leave --resume out'],
  ['tune small.yaml --trials 2 --output other', 2, 'other/trials exists, but is not of a search'],
  [`tune small.yaml --trials 2 --search ${rate}`, 2, `--search ${rate}, column 1: write a key and what it may be`],
  [`tune small.yaml --trials 2 --search ${rate}=log(0,1)`, 2, 'column 37: a bound of log is above 0; found 0'],
  [`tune small.yaml --trials 2 --search ${rate}=lin(0,1)`, 2, 'column 33: lin is no scale'],
  // The config's own errors, with the flag and the value.
  [
    'tune small.yaml --trials 2 --search model.dropuot=linear(0,1)',
    2,
    '--search model.dropuot=0: model.dropuot is not a key (did you mean dropout?)',
  ],
  [
    'tune small.yaml --trials 2 --search model.dropout=linear(0,1.5)',
    2,
    '--search model.dropout=1.5: model.dropout is 1.5; allowed:',
  ],
  ['tune small.yaml --trials 2 --search model.cell.type=lstm,gruu', 2, 'model.cell.type is "gruu" (did you mean gru?)'],
  [
    'tune small.yaml --trials 2 --search training.batchSize=integer(1,4) --set engine.shards=2',
    2,
    'engine.shards is 2 and training.batchSize is 1',
  ],
  // Keys that the search sets, and keys that leave no losses to compare.
  [
    'tune small.yaml --trials 2 --search training.steps=integer(1,9)',
    2,
    'training.steps cannot be searched: the search sets it itself',
  ],
  [
    'tune small.yaml --trials 2 --search training.schedule.type=cosine,linear',
    2,
    'training.schedule cannot be searched: the search sets it itself',
  ],
  [
    'tune small.yaml --trials 2 --search seed=1,2',
    2,
    'seed cannot be searched: the best candidates are repeated with other seeds',
  ],
  [
    'tune small.yaml --trials 2 --search tokenizer.minimumCount=integer(1,9)',
    2,
    'tokenizer cannot be searched: losses of different texts or tokens',
  ],
  ['tune small.yaml --trials 2 --search training={steps:1},{steps:2}', 2, 'cannot be searched'],
  [
    'tune small.yaml --budget 1s --steps 100000000',
    2,
    '--budget 1s is too short: one whole training of small.yaml (100,000,000 steps) takes about',
    'or shorten the training with --steps',
  ],
];

describe.concurrent('textloom', () => {
  it.for(cases)('%s', async ([line, code, ...says]) => {
    expectRefusal(await textloom(line.split(' '), folder), { code, says });
  });
});

it('none of these begins a search', () => {
  expect(existsSync(join(folder, 'runs'))).toBe(false);
});
