import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
beforeAll(() => textloom(['train', 'small.yaml', '--quiet', '--output', 'model'], folder));
afterAll(remove);
write('other.txt', 'The quick ox.\n');

const cases: readonly [line: string, code: number, ...says: string[]][] = [
  ['--nope', 2, '--nope is not a flag of textloom'],
  ['--versoin', 2, '--versoin is not a flag of textloom (did you mean --version?)'],
  ['-train small.yaml', 2, '-train is not a flag of textloom (did you mean train?)'],
  ['train small.yaml --resume=maybe', 2, '--resume maybe: no value is expected, or true or false'],
  ['sample model --json=yes', 2, '--json yes: no value is expected'],
  ['train -', 2, '-: the path of a file is expected', 'standard input is read only as a prompt of sample'],
  ['sample - -p -', 2, '-: the path of a file is expected'],
  ['export model --to onnx --output -', 2, '--output -: the path of a file is expected'],
  ['sample model --seed 1e17', 2, '--seed 1e17: a whole number at least 0 and at most 9007199254740991'],
  ['sample model -n 1e17', 2, '--max-tokens 1e17: a whole number at least 1 and at most 9007199254740991'],
  ['trian small.yaml', 2, 'trian is not a command (did you mean train?)'],
  ['train', 2, 'train needs one more argument; see textloom train --help'],
  ['sample model.safetensors more', 2, 'more is one argument too many'],
  ['train small.yaml -- more.yaml', 2, 'more.yaml is one argument too many'],
  ['train small.yaml --overwrit', 2, '--overwrit is not a flag (did you mean --overwrite?)'],
  ['train small.yaml -x', 2, '-x is not a flag'],
  ['train small.yaml -resume', 2, '-resume has one hyphen; write --resume'],
  ['train small.yaml --no-set', 2, '--no-set is not a flag'],
  ['train small.yaml --set', 2, '--set needs a value'],
  ['train small.yaml --output a --output b', 2, '--output is given 2 times'],
  ['train small.yaml --output=', 2, '--output (empty)'],
  ['train small.yaml --resume --overwrite', 2, '--resume and --overwrite'],
  ['train small.yaml --json --quiet', 2, '--json and --quiet'],
  ['train small.yaml --threads 0', 2, '--threads 0: a whole number at least 1'],
  ['train small.yaml --threads 3', 2, '--threads 3: each thread computes at least one shard', 'use at most 2 threads'],
  ['train model', 2, 'model is a run directory: add --resume'],
  ['train model --resume --output elsewhere', 2, 'leave --output out'],
  ['sample', 2, 'sample needs one more argument'],
  ['sample model --temprature 1', 2, 'did you mean --temperature?'],
  ['sample model --temperature -1', 2, '--temperature -1: a number at least 0'],
  ['sample model --temperature warm', 2, '--temperature warm: a number at least 0'],
  ['sample model --top-p 2', 2, '--top-p 2: a number above 0 and at most 1'],
  ['sample model --top-k 0', 2, '--top-k 0: a whole number'],
  ['sample model --min-p NaN', 2, '--min-p NaN: a number'],
  ['sample model --seed 1.5', 2, '--seed 1.5: a whole number'],
  ['sample model --max-tokens 1e99', 2, '--max-tokens 1e99: a whole number'],
  ['sample model --temperature 0 --top-k 3', 2, '--temperature 0', '--top-k'],
  ['sample model --json --raw', 2, '--json and --raw'],
  ['sample model --prompt The --prompt-file other.txt', 2, '--prompt and --prompt-file'],
  ['sample model --prompt-file nowhere.txt', 3, 'nowhere.txt', 'no such file'],
  ['sample model --prompt quick', 3, 'q'],
  ['evaluate model --split half', 2, '--split "half"', 'train, validation, test'],
  ['evaluate model corpus.txt --split test', 2, 'TEXT and --split'],
  ['evaluate model nowhere.txt', 3, 'nowhere.txt', 'no such file'],
  ['evaluate model other.txt', 3, 'q'],
];

describe.concurrent('textloom', () => {
  it.for(cases)('%s', async ([line, code, ...says]) => {
    const args = line === '' ? [] : line.split(' ');
    expectRefusal(await textloom(args, folder), { code, says });
  });
});
