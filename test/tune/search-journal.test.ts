import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { continueJournal, createJournal, readSearch } from '../../src/tune/search-journal.js';
import type { CandidateRun, TuningRun } from '../../src/tune/tuning-run.js';
import { temporaryFolder } from '../files/temporary-folder.js';

const setup = { config: 'a.yaml', search: ['model.dropout=linear(0,1)'], rungs: [10, 30], reduction: 3, seed: 1 };
const candidate = (trial: number, rung: number): CandidateRun => ({
  kind: 'candidate',
  trial,
  rung,
  point: [0.25],
  changes: ['model.dropout=0.25'],
});
const ready: TuningRun = { kind: 'ready', seed: 1 };
const repeat: TuningRun = { kind: 'repeat', trial: 0, seed: 2 };
const result = (loss: number) => ({ loss, steps: 10, seconds: 2.5 });

/** A journal with two candidates, one of which diverged, and trainings that have not ended. */
function example() {
  const path = join(temporaryFolder(), 'search.jsonl');
  const journal = createJournal(path, setup);
  journal.session({ budget: 100 });
  journal.begin(ready, 0);
  journal.begin(candidate(0, 0), 1);
  journal.end(candidate(0, 0), result(2), 2);
  journal.begin(candidate(1, 0), 2);
  journal.end(ready, result(3), 3);
  journal.end(candidate(1, 0), result(Number.POSITIVE_INFINITY), 4);
  journal.begin(candidate(0, 1), 4);
  journal.end(candidate(0, 1), result(1.5), 5);
  journal.begin(repeat, 5);
  journal.begin(candidate(2, 0), 6);
  journal.time(7.25);
  return { path, journal };
}

const text = (path: string) => readFileSync(path, 'utf8');

describe('the journal of a search', () => {
  it('gives the same record when it is read, also while it is written', () => {
    const { path, journal } = example();
    expect(readSearch(path)).toEqual(journal.record);
    const { candidates, unfinished, spent, limits } = readSearch(path);
    expect(candidates.map(({ results }) => results.map(({ loss }) => loss))).toEqual([
      [2, 1.5],
      [Number.POSITIVE_INFINITY],
      [],
    ]);
    expect([...unfinished.keys()]).toEqual(['000-seed-2', '002']);
    expect([spent, limits]).toEqual([7.25, { budget: 100 }]);
  });

  it('continues after the last complete line when the search was killed while it wrote', () => {
    const { path, journal } = example();
    journal.close();
    const before = text(path);
    for (const cut of [1, 10, before.trimEnd().split('\n').at(-1)!.length]) {
      writeFileSync(path, before);
      truncateSync(path, before.length - cut);
      const continued = continueJournal(path);
      expect(continued.record.spent).toBe(6);
      continued.time(7.25);
      continued.close();
      expect(text(path)).toBe(before);
    }
  });

  it.each([
    ['{"type":"end","spent":8,"run":"003","loss":1,"steps":1,"seconds":1}', 'the end of a training that has not begun'],
    ['{"type":"begin","spent":8,"run":{"kind":"candidate","trial":0,"rung":3,"point":[0.5],"changes":[]}}', 'a rung too many'],
    [
      '{"type":"begin","spent":8,"run":{"kind":"candidate","trial":9,"rung":0,"point":[0.5],"changes":[]}}',
      'a number left out',
    ],
    ['{"type":"begin","spent":8,"run":{"kind":"candidate","trial":3,"rung":0,"point":[],"changes":[]}}', 'a point too short'],
    ['{"type":"begin","spent":8,"run":{"kind":"candidate","trial":3,"rung":0,"point":[7],"changes":[]}}', 'a point outside'],
    ['{"type":"begin","spent":8,"run":{"kind":"repeat","trial":7,"seed":1}}', 'a repetition of no candidate'],
    ['{"type":"time","spent":"long"}', 'a time that is not a number'],
    ['[]', 'a list'],
    ['{"type":', 'broken JSON'],
  ])('refuses a line that does not belong to a search: %s (%s)', (line) => {
    const { path, journal } = example();
    journal.close();
    const lines = text(path).split('\n').length;
    appendFileSync(path, `${line}\n`);
    expect(() => readSearch(path)).toThrow(`${path}, line ${lines}: it is not a line of a search`);
  });

  it.each([
    ['', 'it is not the journal of a search'],
    ['{"type":"step"}\n', 'line 1: it is not the setup of a search'],
    [`${JSON.stringify({ type: 'search', version: 1, ...setup, rungs: [30, 10] })}\n`, 'line 1: it is not the setup'],
    [`${JSON.stringify({ type: 'search', version: 2, ...setup })}\n`, 'line 1: the search is of a newer version'],
  ])('refuses another file: %j', (content, message) => {
    const path = join(temporaryFolder(), 'search.jsonl');
    writeFileSync(path, content);
    expect(() => readSearch(path)).toThrow(message);
  });
});
