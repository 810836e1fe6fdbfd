/**
 * The configs of the folder `configs` get no finding: neither before their training nor after a short one. Texts that are not part of the
 * project are replaced by fables. Large models take minutes, so `npm run test:slow` runs this file, and `npm run test:more` does not.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig, runTraining, type TrainingEvent } from '../../src/index.js';
import { createCorpusGenerator } from '../../src/text/generators/index.js';
import { textloom } from '../commands/textloom.js';

const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const configs = join(import.meta.dirname, '../../configs');
const fables = join(import.meta.dirname, '../../corpora/fables.txt');

const ready = [configs, join(configs, 'formal')].flatMap((place) =>
  readdirSync(place)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => join(place, file)),
);

/** What is found after the training of a config that shows a fault on purpose. */
const faults = new Map([['copy-rnn', ['vanishing-gradients']]]);

/** At least 200, or the rule about the size of the batch reports too few updates; and more than the warm-up of any config. */
const STEPS = 240;

/** The path of a config that extends a ready one, with a text that exists and a length of its own. */
function shortened(file: string): string {
  const name = basename(file, '.yaml');
  const { corpus } = loadConfig(file);
  const keys: Record<string, unknown> = { extends: file, training: { epochs: null, steps: STEPS } };
  if (corpus.generator !== undefined && corpus.generator !== 'fables') {
    const path = join(folder, `${name}.txt`);
    writeFileSync(path, createCorpusGenerator(corpus.generator).generate({ seed: 1, characters: 150_000 }));
    keys.corpus = { path };
  } else if ('train' in corpus) {
    keys.corpus = { train: null, validation: null, test: null, path: fables };
    keys.tokenizer = { minimumCount: 2 };
  } else keys.corpus = { path: fables };
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, JSON.stringify(keys));
  return path;
}

/** After these the training of a model of words is stopped: it has up to 40 million parameters, and a step takes seconds. */
const STEPS_OF_WORDS = 20;

async function train(name: string, path: string): Promise<void> {
  const config = loadConfig(path);
  const last = config.tokenizer.type === 'word' ? STEPS_OF_WORDS : STEPS;
  let done = 0;
  const onEvent = (event: TrainingEvent) => {
    if (event.type === 'step') done = event.step;
  };
  await runTraining({ config, directory: join(folder, name), onEvent, stopRequested: () => done === last });
}

async function rulesOf(subject: string): Promise<string[]> {
  const { code, stdout, stderr } = await textloom(['diagnose', subject, '--json'], folder);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout).findings.map(({ rule }: { rule: string }) => rule);
}

describe('a ready config gets no finding:', () => {
  it.each(ready.map((file) => basename(file, '.yaml')))('%s', async (name) => {
    const config = shortened(ready.find((file) => basename(file, '.yaml') === name)!);
    expect(await rulesOf(config)).toEqual([]);
    await train(name, config);
    expect(await rulesOf(name)).toEqual(faults.get(name) ?? []);
  });

  it('of which there are at least ten', () => {
    expect(ready.length).toBeGreaterThanOrEqual(10);
  });
});
