import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventFilesIn } from '../../report/tensorboard/read-event-files.js';
import { expectRefusal } from '../expect-refusal.js';
import { startTextloom, textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);
beforeAll(async () => {
  const set = ['training.steps=20', 'training.samples.everySteps=10', 'training.samples.length=3'].flatMap((one) => [
    '--set',
    one,
  ]);
  const { code, stderr } = await textloom(['train', 'small.yaml', '--output', 'runs/a', ...set], folder);
  expect(code, stderr).toBe(0);
  mkdirSync(join(folder, 'again/a'), { recursive: true });
  cpSync(join(folder, 'runs/a'), join(folder, 'again/a'), { recursive: true });
  mkdirSync(join(folder, 'empty'));
  mkdirSync(join(folder, 'again-pictures'));
  write('corpus-pictures', '');
});

const usage: readonly [line: string, code: number, ...says: string[]][] = [
  ['report', 2, 'report needs one more argument'],
  ['report runs/a --to tensorboard --format html', 2, '--to and --format: give one of them'],
  ['report runs/a --format htlm', 2, '--format htlm (did you mean html?)'],
  ['report runs/a --output=', 2, '--output (empty): the path of a file is expected'],
  ['report runs/a --to tensorboard --logs-only', 2, '--logs-only has no effect with --to'],
  ['report runs/a --to tensorboard --no-diagnosis', 2, '--no-diagnosis has no effect with --to'],
  ['report runs/a --format md -o again/a/metrics.jsonl', 2, 'again/a/metrics.jsonl exists'],
  ['report runs/a --format md -o again.md', 2, 'again-pictures exists: replace the pictures in it with --overwrite'],
  ['report runs/a --format md -o corpus.md', 2, 'corpus-pictures, the folder for the pictures, is a file'],
  ['report gone', 2, 'gone does not exist: a run directory is expected'],
  ['report runs', 2, 'runs is a folder of runs; give one of them: runs/a'],
  ['report runs/a runs/a/', 2, 'runs/a and runs/a/ are the same folder: give it once'],
  ['report runs/a -o none/report.html', 2, '--output none/report.html: there is no folder none'],
  ['report runs/a -o empty', 2, '--output empty is a folder; give the name of a file'],
  ['report runs/a -o corpus.txt', 2, 'corpus.txt exists: replace it with --overwrite'],
  ['report runs/a --to tensorbord', 2, '--to tensorbord (did you mean tensorboard?)'],
  ['report runs/a --to tensorboard --to tensorboard', 2, '--to is given 2 times'],
  ['report runs/a --to tensorboard --output=', 2, '--output (empty)'],
  ['report runs/a --to tensorboard --outptu x', 2, '--outptu is not a flag (did you mean --output?)'],
  ['report gone --to tensorboard', 2, 'gone does not exist: a run directory is expected'],
  ['report runs/a/metrics.jsonl --to tensorboard', 2, 'metrics.jsonl is a file of a run: give the run directory, runs/a'],
  ['report runs/a/model.safetensors', 2, 'model.safetensors is a file of a run: give the run directory, runs/a'],
  ['report corpus.txt --to tensorboard', 2, 'corpus.txt is a text'],
  ['report runs --to tensorboard', 2, 'runs is a folder of runs; give one of them: runs/a'],
  ['report empty --to tensorboard', 2, 'empty is a folder without a run: a run directory is expected'],
  ['report runs/a again/a --to tensorboard -o logs', 2, 'runs/a and again/a would both be written to logs/a'],
  ['report runs/a runs/a/ --to tensorboard', 2, 'would both be written to'],
  ['report runs/a --to tensorboard -o corpus.txt', 2, '--output corpus.txt is a file: the path of a folder is expected'],
];

/** Changes of a file of a run, and the message with file and line. */
const broken: readonly [name: string, file: string, change: (text: string) => string, code: number, says: string][] = [
  ['json', 'metrics.jsonl', (text) => text.replace('\n', '\n{"type":\n'), 4, 'metrics.jsonl:2: it is not valid JSON'],
  ['type', 'metrics.jsonl', (text) => `${text}{"type":"x","step":99}\n`, 4, 'its type is not one of step, diagnostics, epoch'],
  ['array', 'metrics.jsonl', (text) => `[1]\n${text}`, 4, 'metrics.jsonl:1: its step is not a whole number'],
  ['step', 'metrics.jsonl', (text) => text.replace('"step":20', '"step":-1'), 4, 'its step is not a whole number from 0'],
  ['order', 'metrics.jsonl', (text) => `${text}{"type":"averaging","step":3}\n`, 4, 'step 3 comes after step 20'],
  [
    'huge',
    'metrics.jsonl',
    (text) => text.replace(/"loss":[\d.]+/, '"loss":1e999'),
    4,
    'metrics.jsonl:1: loss is not a number',
  ],
  [
    'twice',
    'metrics.jsonl',
    (text) => text.replace('"step":', '"step":1,"step":'),
    4,
    'metrics.jsonl:1: it has the key "step" twice',
  ],
  [
    'term',
    'metrics.jsonl',
    (text) => text.replace('"learningRate"', '"objective.\\u001b[2J":1,"learningRate"'),
    4,
    'a key after objective. is not a name',
  ],
  ['bytes', 'metrics.jsonl', (text) => text.replace('"type"', '"\xff"'), 4, 'metrics.jsonl:1: it is not UTF-8'],
  [
    'sample',
    'samples.jsonl',
    (text) => text.replace('"text"', '"txet"'),
    4,
    'samples.jsonl:1: it has neither a text nor a failure',
  ],
  [
    'prompt',
    'samples.jsonl',
    (text) => text.replace('"prompt":""', '"prompt":7'),
    4,
    'samples.jsonl:1: its prompt is not a text',
  ],
  ['config', 'config.yaml', (text) => text.replace('steps: 20', 'steps: none'), 2, 'config.yaml:'],
  ['model', 'model.safetensors', () => 'x'.repeat(500), 4, 'model.safetensors'],
];

describe('textloom', () => {
  it.for(usage)('%s', async ([line, code, ...says]) => {
    expectRefusal(await textloom(line.split(' '), folder), { code, says });
    rmSync(join(folder, 'logs'), { recursive: true, force: true });
  });

  it.for(broken)('report of a run with a broken file: %s in %s', async ([name, file, change, code, says]) => {
    const run = join('broken', name);
    cpSync(join(folder, 'runs/a'), join(folder, run), { recursive: true });
    write(join(run, file), Buffer.from(change(readFileSync(join(folder, 'runs/a', file), 'latin1')), 'latin1'));
    expectRefusal(await textloom(['report', 'again/a', run, '--to', 'tensorboard', '-o', join('none', name)], folder), {
      code,
      says,
    });
    // Every run is checked before the first file is written.
    expect(() => eventFilesIn(join(folder, 'none', name, 'a'))).toThrow('ENOENT');
  });

  it.for(broken.filter(([, file]) => file !== 'config.yaml'))('a page of a run with a broken file: %s in %s', async (one) => {
    const [name, file, change, code, says] = one;
    const run = join('broken', `page-${name}`);
    cpSync(join(folder, 'runs/a'), join(folder, run), { recursive: true });
    write(join(run, file), Buffer.from(change(readFileSync(join(folder, 'runs/a', file), 'latin1')), 'latin1'));
    const page = `${name}.html`;
    expectRefusal(await textloom(['report', 'again/a', run, '-o', page], folder), { code, says });
    expect(existsSync(join(folder, page))).toBe(false);
  });

  it('report without metrics.jsonl', async () => {
    cpSync(join(folder, 'runs/a'), join(folder, 'broken/none'), { recursive: true });
    rmSync(join(folder, 'broken/none/metrics.jsonl'));
    const outcome = await textloom(['report', 'broken/none', '--to', 'tensorboard'], folder);
    expectRefusal(outcome, { code: 4, says: 'metrics.jsonl does not exist' });
  });

  it('report into a folder that is a symbolic link', async () => {
    cpSync(join(folder, 'runs/a'), join(folder, 'broken/link'), { recursive: true });
    symlinkSync(join(folder, 'empty'), join(folder, 'broken/link/tensorboard'));
    const outcome = await textloom(['report', 'broken/link', '--to', 'tensorboard', '--overwrite'], folder);
    expectRefusal(outcome, { code: 7, says: 'is a symbolic link, and event files would be written and deleted elsewhere' });
  });

  it('report into the directory of a run that is being trained', async () => {
    const set = ['--set', 'training.steps=100000', '--output', 'runs/busy'];
    const running = startTextloom(['train', 'small.yaml', ...set, '--json'], folder);
    await running.says('"type":"step"');
    const outcome = await textloom(['report', 'runs/busy', '--to', 'tensorboard'], folder);
    expectRefusal(outcome, { code: 6, says: 'runs/busy' });
    const elsewhere = await textloom(['report', 'runs/busy', '--to', 'tensorboard', '-o', 'busy'], folder);
    expect(elsewhere.code, elsewhere.stderr).toBe(0);
    running.process.kill('SIGKILL');
    await running.ended;
  });
});
