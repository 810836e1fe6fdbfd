import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { configLeaves, differingKeys, shortPaths } from '../../src/experiments/config-leaves.js';

const configOf = (training: Record<string, unknown>, others: Record<string, unknown> = {}) =>
  configLeaves(resolveConfig({ corpus: { path: 'a.txt' }, training, ...others }));

describe('configLeaves', () => {
  it('names every value by its path, of lists of maps by number, and lists of values as a whole', () => {
    const leaves = configOf(
      { steps: 5 },
      { corpus: { path: ['a.txt', 'b.txt'] }, model: { layers: [{ type: 'gru', size: 7 }] } },
    );
    expect(leaves.get('training.steps')).toBe(5);
    expect(leaves.get('model.layers.0.size')).toBe(7);
    expect(leaves.get('corpus.path')).toEqual(['a.txt', 'b.txt']);
  });

  it('leaves out the name and the folders of a run', () => {
    const leaves = configOf({}, { name: 'x', output: 'runs/y', corpus: { path: 'a.txt', cache: 'off' } });
    for (const key of ['name', 'output', 'corpus.cache']) expect(leaves.has(key)).toBe(false);
  });
});

describe('differingKeys', () => {
  it('are the paths with several values, also those that only some configs have', () => {
    const first = configOf({ steps: 5, batchSize: 8 });
    const second = configOf({ steps: 6, batchSize: 8, schedule: { type: 'cosine', warmupSteps: 2 } });
    expect(differingKeys([first, first])).toEqual([]);
    expect(differingKeys([first, first, second])).toEqual([
      'training.steps',
      'training.schedule.type',
      'training.schedule.warmupSteps',
      'training.schedule.minimum',
    ]);
    expect(differingKeys([])).toEqual([]);
  });
});

describe('shortPaths', () => {
  it('are the shortest endings that one path has alone, and that begin with a name', () => {
    const paths = [
      'training.optimizer.learningRate',
      'model.layers.0.size',
      'model.layers.1.size',
      'model.embedding.size',
      'seed',
    ];
    expect(shortPaths(paths)).toEqual(['learningRate', 'layers.0.size', 'layers.1.size', 'embedding.size', 'seed']);
  });

  it('are not among those that are taken', () => {
    expect(shortPaths(['training.steps', 'seed'], ['steps', 'seed'])).toEqual(['training.steps', 'seed']);
  });

  it('of a path that ends like another one is the path', () => {
    expect(shortPaths(['size', 'model.size'])).toEqual(['size', 'model.size']);
  });
});
