import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, summarize, table } from '../../bench/report.mjs';

describe('median', () => {
  it('is the middle value, or the mean of the middle two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 1, 2, 4])).toBe(3);
    expect(median([7])).toBe(7);
  });

  it('has at most half of the values on either side and leaves them as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const before = [...values];
        const middle = median(values);
        expect(values).toEqual(before);
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });
});

describe('summarize', () => {
  it("gives the project's speed as a multiple of each peer's", () => {
    const [project, peer] = summarize({ textloom: [100, 300, 200], pytorch: [100, 100, 400] }, 'textloom');
    expect(project).toEqual({ contestant: 'textloom', median: 200, best: 300 });
    expect(peer).toEqual({ contestant: 'pytorch', median: 100, best: 400, ratio: 2, bestRatio: 0.75 });
  });

  it('gives no ratios when the project did not run', () => {
    expect(summarize({ pytorch: [1, 2] }, 'textloom')).toEqual([{ contestant: 'pytorch', median: 1.5, best: 2 }]);
  });
});

it('table aligns names to the left and figures to the right', () => {
  const summaries = { charrnn: summarize({ textloom: [84000], pytorch: [70000] }, 'textloom') };
  expect(table(summaries, 'textloom').split('\n')).toEqual([
    '| size    | contestant | median tokens/s | best tokens/s | textloom / it | of the best |',
    '| ------- | ---------- | --------------: | ------------: | ------------: | ----------: |',
    '| charrnn | textloom   |          84,000 |        84,000 |               |             |',
    '| charrnn | pytorch    |          70,000 |        70,000 |          1.20 |        1.20 |',
  ]);
});
