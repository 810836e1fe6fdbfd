import { cpSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  eventFilesIn,
  hyperparametersIn,
  type ReadEvent,
  rowsOf,
  scalarsOf,
  shownEvents,
  valuesByTag,
} from '../../report/tensorboard/read-event-files.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);

const run = join(folder, 'runs/small');
const filesOf = (place: string) =>
  readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.includes('tfevents'))
    .map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'utf8')]);

/** A copy of the run, for a test that writes into it. */
function copyOfRun(name: string): string {
  const copy = join(folder, 'runs', name);
  cpSync(run, copy, { recursive: true });
  return copy;
}

const report = (...args: string[]) => textloom(['report', ...args, '--to', 'tensorboard'], folder);
const hyperparameters = (events: readonly ReadEvent[]) =>
  hyperparametersIn(valuesByTag(events).get('_hparams_/session_start_info')![0]!.value).sessionStartInfo!;

beforeAll(async () => {
  const settings = [
    'training.steps=25',
    'training.validation.everySteps=10',
    'training.samples.everySteps=10',
    'training.tensorboard=true',
  ];
  const set = [...settings, 'training.samples.length=5', 'training.checkpoints.everySteps=10'].flatMap((one) => ['--set', one]);
  const { code, stderr } = await textloom(['train', 'small.yaml', ...set], folder);
  expect(code, stderr).toBe(0);
});

describe.concurrent('textloom report --to tensorboard', () => {
  it('writes the scalars, texts and hyperparameters that training itself wrote', async () => {
    const { code, stdout, stderr } = await report('runs/small', '-o', 'logs');
    expect([code, stderr]).toEqual([0, '']);
    const [file] = eventFilesIn(join(folder, 'logs/small'));
    expect(stdout.replace(/\s+/g, ' ')).toContain(`runs/small: ${file!.slice(folder.length + 1)}`);
    const [live, later] = [join(run, 'tensorboard'), join(folder, 'logs/small')].map(shownEvents) as [ReadEvent[], ReadEvent[]];
    const shown = (events: readonly ReadEvent[]) =>
      [...valuesByTag(events)]
        .filter(([tag]) => !/^(_hparams_|parameters)/.test(tag))
        .map(([tag, list]) => [tag, list.map(({ step, value }) => [step, value.simpleValue ?? value.tensor])] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1));
    expect(shown(later).length).toBe(8);
    expect(shown(later)).toEqual(shown(live));
    expect(hyperparameters(later).hparams).toEqual(hyperparameters(live).hparams);
    expect(valuesByTag(later).has('_hparams_/session_end_info')).toBe(true);
  });

  it('writes a histogram for each checkpoint that exists, equal to that of the training at this step', async () => {
    await report('runs/small', '-o', 'histograms');
    const [live, later] = [join(run, 'tensorboard'), join(folder, 'histograms/small')].map((place) =>
      valuesByTag(shownEvents(place)),
    );
    const tags = [...later!.keys()].filter((tag) => tag.startsWith('parameters/'));
    expect(tags.length).toBeGreaterThan(4);
    for (const tag of tags) {
      const found = later!.get(tag)!.map(({ step, value }) => [step, rowsOf(value)]);
      expect(found.map(([step]) => step)).toEqual([20, 25]);
      expect(live!.get(tag)!.map(({ step, value }) => [step, rowsOf(value)])).toEqual(expect.arrayContaining(found));
    }
  });

  it('spreads the steps evenly between the times of config.yaml and metrics.jsonl', async () => {
    const copy = copyOfRun('times');
    const [begin, end] = [1_600_000_000, 1_600_000_500];
    utimesSync(join(copy, 'config.yaml'), begin, begin);
    utimesSync(join(copy, 'metrics.jsonl'), end, end);
    const { code } = await report('runs/times', '-o', 'timed');
    expect(code).toBe(0);
    const [file] = eventFilesIn(join(folder, 'timed/times'));
    expect(file).toMatch(/\/events\.out\.tfevents\.1600000000\./);
    for (const { step = 0, wallTime, summary } of shownEvents(join(folder, 'timed/times')))
      if (summary !== undefined) expect([step, wallTime]).toEqual([step, begin + (step / 25) * 500]);
  });

  it('writes into the run directory by default, replaces event files only with --overwrite, and changes no other file', async () => {
    const copy = copyOfRun('inside');
    const before = filesOf(copy);
    const old = readFileSync(eventFilesIn(join(copy, 'tensorboard'))[0]!);
    const refused = await report('runs/inside');
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr.replace(/\s+/g, ' ')).toContain('already contains event files');
    expect(eventFilesIn(join(copy, 'tensorboard')).map((file) => readFileSync(file))).toEqual([old]);
    const { code, stdout } = await report('runs/inside', '--overwrite', '--json');
    const [file, ...more] = eventFilesIn(join(copy, 'tensorboard'));
    expect([code, more]).toEqual([0, []]);
    const { to, runs } = JSON.parse(stdout);
    expect([to, runs.length, runs[0].run, join(folder, runs[0].path)]).toEqual(['tensorboard', 1, 'runs/inside', file]);
    expect(runs[0].bytes).toBe(readFileSync(file!).length);
    expect(filesOf(copy)).toEqual(before);
  });

  it('writes several runs, each to a folder with its name', async () => {
    copyOfRun('second');
    const { code, stdout } = await report('runs/small', 'runs/second', '-o', 'several', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).runs.map((one: { run: string }) => one.run)).toEqual(['runs/small', 'runs/second']);
    expect(readdirSync(join(folder, 'several')).sort()).toEqual(['second', 'small']);
  });

  it('reads a log without its incomplete last line, as a run in progress leaves it', async () => {
    const copy = copyOfRun('cut');
    const metrics = readFileSync(join(copy, 'metrics.jsonl'), 'utf8');
    write('runs/cut/metrics.jsonl', metrics.slice(0, metrics.indexOf('"step":20')));
    const { code } = await report('runs/cut', '-o', 'cut');
    expect(code).toBe(0);
    const events = shownEvents(join(folder, 'cut/cut'));
    expect(scalarsOf(events, 'loss/train').map(([step]) => step)).toEqual([10]);
    expect(valuesByTag(events).has('_hparams_/session_end_info')).toBe(false);
  });

  it('reads a run that has only begun', async () => {
    copyOfRun('begun');
    write('runs/begun/metrics.jsonl', '');
    for (const name of ['samples.jsonl', 'model.safetensors']) write(`runs/begun/${name}`, readFileSync(join(run, name)));
    const { code } = await report('runs/begun', '-o', 'begun');
    expect(code).toBe(0);
    expect(scalarsOf(shownEvents(join(folder, 'begun/begun')), 'loss/train')).toEqual([]);
  });
});
