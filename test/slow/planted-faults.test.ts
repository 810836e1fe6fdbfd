/**
 * Configs with one fault each: `diagnose` names the fault first, and the change that it proposes lowers the validation loss. Configs without
 * a fault get no finding; those of the folder `configs` are in `ready-configs.test.ts`.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textloom } from '../commands/textloom.js';

const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const root = join(import.meta.dirname, '../..');
// A text that is too short for its model; its first half has every character.
const fables = readFileSync(join(root, 'corpora/fables.txt'), 'utf8');
const little = join(folder, 'little.txt');
const alphabet = [...new Set(fables)].join('');
writeFileSync(little, `${alphabet}${fables.slice(0, 12_000)}`);

// Forty fables three times, so that those at the end are not new, and fables that are.
const repeated = join(folder, 'repeated.txt');
const unseen = join(folder, 'unseen.txt');
const fable = fables.split(/\n\n+/);
const forty = fable.slice(0, 40).join('\n\n');
writeFileSync(repeated, `${[alphabet, forty, forty, forty].join('\n\n')}\n`);
writeFileSync(unseen, `${fable.slice(500, 560).join('\n\n')}\n`);

/** Texts of generators; the last one is a sorted list, after a name with all letters. */
const copy = join(folder, 'copy.txt');
const names = join(folder, 'names.txt');
const moreNames = join(folder, 'more-names.txt');
beforeAll(async () => {
  const generate = async (output: string, ...request: string[]) => {
    const { code, stderr } = await textloom(['corpus', 'generate', ...request, '--output', output], root);
    expect(code, stderr).toBe(0);
  };
  await generate(copy, 'copy', '--length', '3', '--distance', '6', '--characters', '100000');
  await generate(names, 'names', '--characters', '35000');
  const all = readFileSync(names, 'utf8').trim().split('\n');
  writeFileSync(moreNames, `${all.slice(5000).join('\n')}\n`);
  const letters = [...new Set(all.join(''))].sort().join('');
  writeFileSync(names, `${[letters, ...all.slice(0, 5000).sort()].join('\n')}\n`);
});
/** Each line is a sequence of its own. */
const lines = (path: string) =>
  `corpus={path: ${path}, documents: lines, sequences: documents, split: {train: 0.8, validation: 0.1, test: 0.1}}`;

const usual = [
  'model.embedding.size=16',
  'model.layers=[{type: lstm, size: 48}]',
  'training.steps=400',
  'training.batchSize=16',
  'training.sequenceLength=32',
  'training.optimizer={type: adam, learningRate: 0.03}',
  'training.schedule={type: cosine, warmupSteps: 20}',
  'training.clipping={type: norm, threshold: 1}',
  'training.validation.everySteps=50',
];
/** The usual settings with changes; a change replaces a usual setting of the same key. */
function settings(changes: readonly string[]): string[] {
  const keyOf = (setting: string) => setting.slice(0, setting.indexOf('='));
  const changed = new Set(changes.map(keyOf));
  return [...usual.filter((setting) => !changed.has(keyOf(setting))), ...changes].flatMap((setting) => ['--set', setting]);
}

/** Trains, on the fables of the repository if the changes do not name a corpus, and returns the best validation loss; infinite where the training diverged at once. */
async function train(name: string, changes: readonly string[]): Promise<number> {
  const output = join(folder, name);
  const run = await textloom(
    ['train', join(root, 'test/slow/fables.yaml'), '--output', output, '--quiet', ...settings(changes)],
    root,
  );
  expect([0, 5], run.stderr).toContain(run.code);
  const { stdout } = await textloom(['runs', output, '--json'], root);
  return JSON.parse(stdout).runs[0].validation ?? Number.POSITIVE_INFINITY;
}

/** The loss of a trained model on a text that is in no part of its corpus. */
async function lossOn(text: string, name: string): Promise<number> {
  const { code, stdout, stderr } = await textloom(['evaluate', join(folder, name), text, '--json'], root);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout).natsPerToken;
}

interface ShownFinding {
  readonly rule: string;
  readonly changes: readonly { readonly key: string; readonly value: string }[];
}

async function findingsIn(name: string): Promise<ShownFinding[]> {
  const { code, stdout, stderr } = await textloom(['diagnose', join(folder, name), '--json'], root);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout).findings;
}

const relu = 'model.layers=[{type: rnn, nonlinearity: relu, size: 48}]';

/** Trains with a fault, checks that `diagnose` names it first, and trains with the change that it proposes. @returns both validation losses */
async function trainBoth(rule: string, changes: readonly string[]) {
  const faulty = await train(rule, changes);
  const [first] = await findingsIn(rule);
  expect(first?.rule).toBe(rule);
  const patch = first!.changes.map(({ key, value }) => `${key}=${value}`);
  expect(patch).not.toEqual([]);
  const patched = await train(`${rule}-patched`, [...changes, ...patch]);
  return { faulty, patched, patch };
}

/** Settings with which an LSTM learns to copy. */
const remembering = ['training.batchSize=32', 'training.optimizer.learningRate=0.01'];

describe('a planted fault', () => {
  it.each<[rule: string, ...changes: string[]]>([
    ['rate-too-high', 'training.optimizer.learningRate=1'],
    ['rate-too-low', 'training.optimizer.learningRate=0.00001'],
    [
      'exploding-gradients',
      relu,
      'model.initialization={type: uniform, range: 0.25}',
      'training.optimizer={type: sgd, learningRate: 0.5}',
      'training.clipping={type: none}',
    ],
    ['window-too-short', 'training.sequenceLength=2', 'training.batchSize=64'],
    ['dropout-too-high', 'model.dropout=0.8'],
    ['narrow-embedding', 'model.embedding.size=1'],
    [
      'overfitting',
      `corpus={path: ${little}, split: {train: 0.5, validation: 0.5, test: 0}}`,
      'model.layers=[{type: lstm, size: 192}]',
    ],
    ['batch-too-large', 'training.batchSize=1600', 'training.steps=12', 'training.schedule={type: constant}'],
    ['schedule-ended-early', 'training.schedule={type: cosine, warmupSteps: 5, decaySteps: 40}'],
    [
      'wrong-initial-scale',
      'model.embedding.size=48',
      'model.tieWeights=true',
      'model.initialization={type: uniform, range: 3}',
    ],
    ['dead-units', relu, 'model.initialization={type: uniform, range: 0.05}', 'training.optimizer.learningRate=0.1'],
    ['no-warm-up', relu, 'training.schedule={type: cosine}'],
    ['vanishing-gradients', lines(copy), ...remembering, 'model.layers=[{type: rnn, size: 48}]'],
    ['closed-forget-gate', lines(copy), ...remembering, 'model.initialization={forgetBias: -3}'],
    ['corpus-out-of-order', lines(names), 'training.batchSize=32', 'training.steps=200'],
  ])('%s is the first finding, and its change helps', async (rule, ...changes) => {
    const { faulty, patched, patch } = await trainBoth(rule, changes);
    expect(patched, `with ${patch.join(' ')}`).toBeLessThan(faulty);
  });

  it('corpus-out-of-order costs loss on names that are in no part of the corpus, too', async () => {
    const [sorted, shuffled] = [
      await lossOn(moreNames, 'corpus-out-of-order'),
      await lossOn(moreNames, 'corpus-out-of-order-patched'),
    ];
    expect(shuffled).toBeLessThan(sorted);
  });

  it('leak is the first finding, and its change makes the validation loss that of a text that is new', async () => {
    // A leak lowers the validation loss, so that its removal cannot lower it further.
    const corpus = `corpus={path: ${repeated}, split: {train: 0.6, validation: 0.2, test: 0.2}}`;
    const { faulty, patched } = await trainBoth('leak', [corpus]);
    const errors = [(await lossOn(unseen, 'leak')) - faulty, (await lossOn(unseen, 'leak-patched')) - patched];
    expect(errors[0]).toBeGreaterThan(0.1);
    expect(Math.abs(errors[1]!)).toBeLessThan(0.05);
  });
});

describe('a healthy training gets no finding:', () => {
  it.each<[name: string, ...changes: string[]]>([
    ['LSTM'],
    ['GRU', 'model.layers=[{type: gru, size: 48}]'],
    ['Elman network', 'model.layers=[{type: rnn, size: 48}]', 'training.optimizer.learningRate=0.01'],
    ['two layers with dropout', 'model.layers=[{type: lstm, size: 48},{type: lstm, size: 48}]', 'model.dropout=0.1'],
    ['minimal GRU', 'model.layers=[{type: mingru, size: 64}]'],
    ['gradient descent', 'training.optimizer={type: sgd, learningRate: 10}'],
    ['tied weights', 'model.embedding.size=48', 'model.tieWeights=true', 'model.initialization={type: uniform, range: 0.1}'],
    [
      'Transformer',
      'model.embedding.size=32',
      'model.layers=[{type: transformer, heads: 4, window: 64},{type: normalization}]',
      'training.optimizer.learningRate=0.005',
    ],
    ['short run', 'training.steps=60'],
    ['a rate that needs its warm-up', relu],
    ['copies', lines(copy), ...remembering, 'model.initialization={forgetBias: 1}'],
    ['names in random order', lines(names), 'corpus.order=shuffled', 'training.batchSize=32', 'training.steps=200'],
  ])('%s', async (name, ...changes) => {
    await train(name, changes);
    expect(await findingsIn(name)).toEqual([]);
  });
});
