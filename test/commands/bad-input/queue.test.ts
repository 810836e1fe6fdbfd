import { afterAll, describe, it } from 'vitest';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace, smallConfig } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);
write('same.yaml', `${smallConfig}output: runs/small\n`);
await textloom(['train', 'small.yaml', '--quiet'], folder);
await textloom(['train', 'small.yaml', '--quiet', '--sweep', 'seed=1,2'], folder);

const cases: readonly [line: string, code: number, ...says: string[]][] = [
  ['train small.yaml --sweep seed', 2, '--sweep seed: write a key and its values'],
  ['train small.yaml --sweep seed=1,[2', 2, '--sweep seed=1,[2: the values are not YAML'],
  ['train small.yaml --sweep seed=1,1', 2, '--sweep seed=1,1: the value 1 is given twice'],
  ['train small.yaml --sweep seed=1 --sweep seed=2', 2, '--sweep seed is given twice; write all values after one --sweep'],
  ['train small.yaml --sweep sed=1,2', 2, '--sweep sed=1: sed is not a key'],
  ['train small.yaml --sweep extends=a.yaml,b.yaml', 2, 'extends is allowed only in a file'],
  ['train small.yaml --sweep seed=1,2 --dry-run', 2, '--dry-run and --sweep: --dry-run is about one run'],
  ['train small.yaml same.yaml --find-rate', 2, '--find-rate and several configs: --find-rate is about one run'],
  ['train small.yaml same.yaml', 2, 'two of the runs have the directory runs/small'],
  ['train small.yaml gone.yaml --overwrite', 2, 'gone.yaml'],
  [
    'train small.yaml --sweep seed=1,2,3',
    2,
    '2 of the 3 run directories already contain a run, the first is runs/small-sweep/seed=1',
  ],
  [
    'train runs/small --sweep seed=1,2 --resume',
    2,
    '--sweep varies the keys of a config file, and runs/small is a run directory',
  ],
  ['train runs/small small.yaml --resume --output x', 2, '--output'],
  ['train small.yaml --sweep seed=7,8 --resume --overwrite', 2, '--resume and --overwrite: give one of them'],
  ['train small.yaml --sweep seed=1,2 --json --quiet', 2, '--json and --quiet: give one of them'],
];

describe.concurrent('textloom', () => {
  it.for(cases)('%s', async ([line, code, ...says]) => {
    expectRefusal(await textloom(line.split(' '), folder), { code, says });
  });
});
