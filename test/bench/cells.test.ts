import { describe, expect, it } from 'vitest';
import { fittingSize, kinds, type Outcome, tables } from '../../bench/cell-models.mjs';
import { layerTypes } from '../../src/model/layers/index.js';

describe('the comparison of cells', () => {
  it('has every cell, attention and the Transformer', () => {
    const trained = new Set(kinds.flatMap(({ model }) => (model(64).layers as { type: string }[]).map(({ type }) => type)));
    const others = new Set(['feed-forward', 'normalization', 'batch-normalization']);
    for (const { type } of layerTypes) expect(trained.has(type) || others.has(type), type).toBe(true);
  });

  it.each(kinds.flatMap((kind) => [64, 10_000].map((V) => [kind.name, V, kind] as const)))(
    'finds a size of %s with a vocabulary of %i that has about a million parameters',
    (_, vocabularySize, kind) => {
      const { size, parameters } = fittingSize(kind, 1_000_000, vocabularySize);
      expect(size % 8).toBe(0);
      // A step of 8 in the size is a large one where the vocabulary has most of the parameters.
      expect(Math.abs(parameters / 1_000_000 - 1)).toBeLessThan(
        kind.name === 'transformer' && vocabularySize > 64 ? 0.06 : 0.05,
      );
    },
  );

  it('shows a table for each text, the best first', () => {
    const outcome = (text: string, kind: string, seed: number, test: number | null): Outcome => ({
      ...{ text, kind, seed, test, validation: test, size: 128, parameters: 1_000_000, rate: 0.01, engine: 'typed-array' },
      ...{ tokens: 600_000, seconds: 300, memory: 2 ** 28 },
    });
    const shown = tables([
      outcome('fables', 'rnn', 1, null),
      outcome('fables', 'gru', 1, 0.9),
      outcome('ptb', 'gru', 1, 5),
      outcome('fables', 'lstm', 1, 0.7),
      outcome('fables', 'lstm', 2, 0.8),
    ]).split('\n');
    expect(shown[2]).toBe('| lstm | 128 | 1,000,000 | 0.01 | typed-array | 0.7500 (0.7000 to 0.8000) | 2,000 | 256 |');
    expect(shown[3]).toContain('| gru | 128 | 1,000,000 | 0.01 | typed-array | 0.9000 |');
    expect(shown[4]).toContain('| diverged |');
    expect(shown[6]).toContain('| ptb |');
  });
});
