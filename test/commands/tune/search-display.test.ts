import { describe, expect, it } from 'vitest';
import { searchDisplay, searchLine } from '../../../src/commands/tune/search-display.js';
import { emptyRecord, recordBegin, recordEnd, type SearchRecord } from '../../../src/tune/search-record.js';
import type { TuningRun } from '../../../src/tune/tuning-run.js';
import type { Output } from '../../../src/ui/output.js';

const candidate = (trial: number, rung: number): TuningRun => ({
  kind: 'candidate',
  trial,
  rung,
  point: [0.5],
  changes: ['model.dropout=0.5'],
});

function recordOf(limits: SearchRecord['limits']): SearchRecord {
  const record = emptyRecord({
    config: 'a.yaml',
    search: ['model.dropout=linear(0,1)'],
    rungs: [20, 60],
    reduction: 3,
    seed: 1,
  });
  record.limits = limits;
  return record;
}

function end(record: SearchRecord, run: TuningRun, loss: number) {
  recordBegin(record, run);
  recordEnd(record, run, { loss, steps: 20, seconds: 1 });
  return [run, { loss, steps: 20, seconds: 1 }] as const;
}

/** An output that keeps what is written to it. */
function keptOutput(isTTY: boolean) {
  const written: string[] = [];
  const keep = (text: unknown) => {
    written.push(String(text));
    return Promise.resolve(true);
  };
  const output = { isTTY, environment: {}, columns: 60, rows: 24, write: keep, line: keep } as unknown as Output;
  return { output, written };
}

describe('the line of a search in progress', () => {
  const record = recordOf({ budget: 100, trials: 8 });
  end(record, candidate(0, 0), 2);
  end(record, candidate(1, 0), 1.5);
  recordBegin(record, candidate(2, 0));

  it('shows the time, the candidates and the lowest loss; the bar is over what is used of the budget or the candidates', () => {
    expect(searchLine(record, 10, 200)).toBe(
      `[${'='.repeat(11)}>${' '.repeat(38)}]  10s of 1m 40s  3 of 8 candidates  1 running  best 1.5000`,
    );
    expect(searchLine(record, 50, 200)).toContain(`[${'='.repeat(24)}>${' '.repeat(25)}]`);
    expect(searchLine(record, 150, 200)).toContain(`[${'='.repeat(50)}]`);
  });

  it('fits into every width', () => {
    for (let columns = 0; columns < 120; columns++) expect(searchLine(record, 10, columns).length).toBeLessThanOrEqual(columns);
    expect(searchLine(record, 10, 41)).toBe('[=>         ]  10s of 1m 40s  best 1.5000');
  });
});

describe('the display of a search', () => {
  it('has a line for each training where lines cannot be redrawn', () => {
    const { output, written } = keptOutput(false);
    const record = recordOf({ trials: 3 });
    const display = searchDisplay({ record, file: 'a.yaml', names: ['dropout'], output, spent: () => 5 });
    display.ended(...end(record, { kind: 'ready', seed: 1 }, 3));
    display.ended(...end(record, candidate(0, 0), 2));
    display.ended(...end(record, candidate(1, 0), Number.POSITIVE_INFINITY));
    display.ended(...end(record, candidate(0, 1), 2.5));
    display.ended(...end(record, { kind: 'repeat', trial: 0, seed: 2 }, 1.25));
    expect(written).toEqual([
      'a.yaml as it is, seed 1: loss 3.0000',
      'candidate 0, 20 of 60 steps: loss 2.0000 (dropout 0.5): the best so far',
      'candidate 1, 20 of 60 steps: diverged (dropout 0.5)',
      'candidate 0, 60 of 60 steps: loss 2.5000 (dropout 0.5)',
      'candidate 0, seed 2: loss 1.2500',
    ]);
  });

  it('on a terminal has a bar, and lines for new best candidates; nothing after it is closed', () => {
    const { output, written } = keptOutput(true);
    const record = recordOf({ trials: 3 });
    const display = searchDisplay({ record, file: 'a.yaml', names: ['dropout'], output, spent: () => 5 });
    display.ended(...end(record, candidate(0, 0), 2));
    display.ended(...end(record, candidate(1, 0), 2.5));
    const lines = written.filter((text) => text.startsWith('candidate'));
    expect(lines).toEqual(['candidate 0, 20 of 60 steps: loss 2.0000 (dropout 0.5): the best so far']);
    expect(written.at(-1)).toContain('2 of 3 candidates');
    display.close();
    const count = written.length;
    display.tick();
    display.notice('late');
    expect(written).toHaveLength(count);
  });
});
