/**
 * Configs with one fault each: `diagnose` names the fault first, and the change that it proposes lowers the validation loss. Configs without
 * a fault get no finding.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { textloom } from '../commands/textloom.js';

const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const root = join(import.meta.dirname, '../..');
// A text that is too short for its model; its first half has every character.
const fables = readFileSync(join(root, 'corpora/fables.txt'), 'utf8');
const little = join(folder, 'little.txt');
writeFileSync(little, `${[...new Set(fables)].join('')}${fables.slice(0, 12_000)}`);

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

/** Trains on the fables of the repository, and returns the best validation loss; infinite where the training diverged at once. */
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
  ])('%s is the first finding, and its change helps', async (rule, ...changes) => {
    const faulty = await train(rule, changes);
    const [first] = await findingsIn(rule);
    expect(first?.rule).toBe(rule);
    const patch = first!.changes.map(({ key, value }) => `${key}=${value}`);
    const patched = await train(`${rule}-patched`, [...changes, ...patch]);
    expect(patched, `with ${patch.join(' ')}`).toBeLessThan(faulty);
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
  ])('%s', async (name, ...changes) => {
    await train(name, changes);
    expect(await findingsIn(name)).toEqual([]);
  });
});
