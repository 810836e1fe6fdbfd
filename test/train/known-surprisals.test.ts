import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { createCorpusGenerator } from '../../src/text/generators/index.js';
import { knownSurprisals, loadTrainingData } from '../../src/train/training-data.js';
import { temporaryFolder } from '../files/temporary-folder.js';

const generator = { type: 'reber', embeddings: 1 } as const;

function configOf(corpus: Record<string, unknown>, model: Record<string, unknown> = {}) {
  const path = join(temporaryFolder(), 'reber.txt');
  writeFileSync(path, createCorpusGenerator(generator).generate({ seed: 4, characters: 3000 }));
  return resolveConfig({
    corpus: { path, generator, split: { train: 0.7, validation: 0.3 }, ...corpus },
    model: { hiddenSize: 4, ...model },
    training: { steps: 1 },
  });
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

describe('the known surprisals of the validation text', () => {
  it.each([
    ['one stream', { boundary: 'line' }, 1],
    ['documents', { documents: 'lines', sequences: 'documents' }, 1],
  ])('are those of its predictions in order, whose mean is the floor: %s', async (_, corpus, first) => {
    const config = configOf(corpus);
    const data = await loadTrainingData(config);
    const all = (await knownSurprisals(config, 1e6))!;
    // The first token of a split is only read: a character of the stream, or the end of the document before it.
    expect(all.length).toBe(data.validation!.length - first);
    expect(mean(all)).toBeCloseTo(data.validationFloor!, 10);
    expect([...(await knownSurprisals(config, 20))!]).toEqual([...all.subarray(0, 20)]);
    data.close();
  });

  it('of a model of both directions are those of its forward direction', async () => {
    const [corpus, both] = [{ boundary: 'line' }, { bidirectional: true }];
    expect(await knownSurprisals(configOf(corpus, both), 30)).toEqual(await knownSurprisals(configOf(corpus), 30));
  });

  it('are not known without a generator, and where the first documents are others', async () => {
    expect(await knownSurprisals(configOf({ generator: undefined, boundary: 'line' }), 10)).toBeUndefined();
    const documents = { documents: 'lines', sequences: 'documents' };
    expect(await knownSurprisals(configOf(documents, { direction: 'backward' }), 10)).toBeUndefined();
  });
});
