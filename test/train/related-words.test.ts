import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrainingEvent } from '../../src/train/events.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { resultOf, smallConfig, train } from './run-fixture.js';

/** A small run of words with related ones. */
function project(training: Record<string, unknown> = {}) {
  const folder = temporaryFolder();
  const path = join(folder, 'related.txt');
  writeFileSync(path, 'the one unheard-of\n');
  const objective = { synonyms: { path, weight: 0.1 } };
  const config = {
    ...smallConfig(folder, { epochs: 1, objective, ...training }, { embeddingSize: 4 }),
    tokenizer: { type: 'word', minimumCount: 1 } as const,
  };
  return { folder, path, config };
}

describe('a run with related words', () => {
  it('logs how many there are, and the term', async () => {
    const { folder, path, config } = project();
    const notices: string[] = [];
    const events: TrainingEvent[] = await train(config, join(folder, 'run'), { onNotice: (line) => void notices.push(line) });
    expect(notices).toContain(`related words of ${path}: 1 of 3 words are not in the vocabulary; pairs of the others: 1`);
    const terms = events.flatMap((event) => (event.type === 'step' ? [event.objective?.synonyms ?? 0] : []));
    expect(terms.length).toBeGreaterThan(1);
    expect(terms.at(-1)!).toBeGreaterThan(0);
    expect(terms.at(-1)!).toBeLessThan(terms[0]!);
  });

  it('adds the term once to an update, however many windows it has', async () => {
    const firstTerm = async (accumulation: number) => {
      const { folder, config } = project({ accumulation });
      const [first] = (await train(config, join(folder, 'run'))).filter(({ type }) => type === 'step');
      return first?.type === 'step' ? first.objective!.synonyms! : Number.NaN;
    };
    expect(await firstTerm(2)).toBeCloseTo(await firstTerm(1), 5);
  });

  it('is resumed to the same bits with the same file, and refused with another', async () => {
    const { folder, path, config } = project({ accumulation: 2 });
    await train(config, join(folder, 'whole'));
    let left = 2;
    await train(config, join(folder, 'pieces'), { stopRequested: () => left-- === 0 });
    await train(config, join(folder, 'other'), { stopRequested: () => true });
    await train(config, join(folder, 'pieces'), { start: 'resume' });
    expect(resultOf(join(folder, 'pieces'))).toEqual(resultOf(join(folder, 'whole')));
    writeFileSync(path, 'one the\n');
    await expect(train(config, join(folder, 'other'), { start: 'resume' })).rejects.toThrow(
      'the training text or the file of related words is not the one with which this run began',
    );
  });
});
