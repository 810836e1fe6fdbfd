import { afterAll, describe, it } from 'vitest';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove } = createWorkplace();
afterAll(remove);
await textloom(['train', 'small.yaml', '--quiet'], folder);

const cases: readonly [line: string, code: number, ...says: string[]][] = [
  ['runs gone', 2, 'gone is not a folder: name a folder with run directories'],
  ['runs small.yaml', 2, 'small.yaml is not a folder'],
  ['runs runs more', 2, 'more'],
  ['runs --json --csv', 2, '--json and --csv: give one of them'],
  ['runs --watch --json', 2, '--watch and --json: give one of them'],
  ['runs --watch', 2, '--watch draws the table again and again, which needs a terminal'],
  [
    'runs --sort learningrate',
    2,
    '--sort learningrate: no run has a column or a key learningrate (did you mean',
    'columns are run, state',
  ],
  ['runs --sort type', 2, '--sort type: several keys end in type: ', 'training.optimizer.type'],
  ['runs --reverse', 2, '--reverse needs --sort'],
  ['runs --filter state', 2, '--filter state: write a column, a comparison and a value'],
  ['runs --filter =5', 2, '--filter =5: write a column, a comparison and a value'],
  ['runs --filter stat=running', 2, '--filter stat=running: no run has a column or a key stat (did you mean state?)'],
  ['runs --srot step', 2, '--srot is not a flag (did you mean --sort?)'],
  ['run', 2, 'run is not a command (did you mean runs?)'],
];

describe.concurrent('textloom', () => {
  it.for(cases)('%s', async ([line, code, ...says]) => {
    expectRefusal(await textloom(line.split(' '), folder), { code, says });
  });
});
