import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { changesUpTo, type Outcome, rows, table } from '../../bench/ablation-rows.mjs';
import { loadConfig } from '../../src/config/load.js';
import { temporaryFolder } from '../files/temporary-folder.js';

const bench = fileURLToPath(new URL('../../bench', import.meta.url));

/** The values of a config by their keys, as `a.b`. */
function flat(value: unknown, key = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[key, value]];
  return Object.entries(value).flatMap(([name, inner]) => flat(inner, key === '' ? name : `${key}.${name}`));
}

const configOf = (row: number) => new Map(flat(loadConfig(join(bench, 'ablation.yaml'), { set: changesUpTo(row) })));

describe('a row of the ablation', () => {
  // Keys by which the resolved config differs, beside options that only the new cell or rule has.
  it.each([
    [1, ['training.optimizer.learningRate']],
    [2, ['training.clipping.threshold', 'training.clipping.type']],
    [3, ['model.layers.0.type']],
    [4, ['model.layers.0.normalization']],
    [5, ['model.embedding.dropout', 'model.layers.0.dropout']],
    [6, ['training.averaging.start', 'training.averaging.type']],
  ])('%i changes the config of the row before in what it names alone', (row, keys) => {
    const [before, after] = [configOf(row - 1), configOf(row)];
    const changed = [...after].filter(([key, value]) => before.get(key) !== value).map(([key]) => key);
    const ofTheCell = ['coupledGates', 'peepholes'].map((option) => `model.layers.0.${option}`);
    expect(changed.filter((key) => !ofTheCell.includes(key)).toSorted()).toEqual(keys);
  });
});

describe('the table', () => {
  const outcome = (row: number, seed: number, validation: number | null, test: number | null): Outcome => {
    return { row, seed, validation, test, seconds: 10 * row + seed };
  };

  it('has means, the range of the seeds, and what a row buys', () => {
    const outcomes = [outcome(0, 1, 1.1, 1.2), outcome(1, 2, 0.7, 0.9), outcome(1, 1, 0.5, 0.6)];
    const lines = table(outcomes).split('\n');
    expect(lines).toHaveLength(2 + rows.length);
    expect(lines[2]).toBe('| Elman network |  | 1.100 | 1.200 |  | 1 |');
    expect(lines[3]).toBe(
      '| + larger learning rate | `training.optimizer.learningRate=4` | 0.600 (0.500 to 0.700) | 0.750 (0.600 to 0.900) | 0.450 | 12 |',
    );
    expect(lines[4]).toMatch(/\| {2}\| {2}\| {2}\| {2}\|$/);
  });

  it('shows rows that cost something as they are, and trainings that diverged', () => {
    const lines = table([outcome(0, 1, 1, 1), outcome(1, 1, 2, 2.5), outcome(2, 1, null, null)]).split('\n');
    expect(lines[3]).toContain('| -1.500 |');
    expect(lines[4]).toContain('| diverged | diverged |  |');
  });
});

it('trains the rows that are asked for and writes every outcome', () => {
  const output = join(temporaryFolder(), 'ablation.json');
  const args = ['--steps', '2', '--rows', '6', '--seeds', '4', '--jobs', '1', '--output', output];
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(bench, 'ablation.mjs'), ...args], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const { outcomes, steps } = JSON.parse(readFileSync(output, 'utf8')) as { outcomes: Outcome[]; steps: number };
  expect(steps).toBe(2);
  expect(outcomes.map(({ row, seed }) => [row, seed])).toEqual([[6, 4]]);
  // Little is learned in two steps: less than a choice among the 64 characters costs, more than the text itself.
  for (const { test } of outcomes) expect(test).toBeGreaterThan(1);
  for (const { test } of outcomes) expect(test).toBeLessThan(Math.log(64) + 0.5);
  expect(stdout).toContain(table(outcomes));
});
