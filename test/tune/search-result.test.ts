import { expect, it } from 'vitest';
import { emptyRecord, recordBegin, recordEnd } from '../../src/tune/search-record.js';
import { searchResult, valueOfChange } from '../../src/tune/search-result.js';
import { changesAt, searchSpace } from '../../src/tune/search-space.js';

/** The values of the best candidate that are on bounds, where it is at this point. */
function boundsAt(search: readonly string[], point: readonly number[]) {
  const record = emptyRecord({ config: 'a.yaml', search, rungs: [10], reduction: 3, seed: 1 });
  const run = { kind: 'candidate', trial: 0, rung: 0, point, changes: changesAt(searchSpace(search), point) } as const;
  recordBegin(record, run);
  recordEnd(record, run, { loss: 1, steps: 10, seconds: 1 });
  return searchResult(record).onBound;
}

it('values of the best candidate on a bound of their range are reported, but not 0 as the lower one, and no choices', () => {
  const search = ['a.rate=log(0.01,1)', 'a.size=integer(1,9)', 'b.dropout=linear(0,0.5)', 'b.type=x,y'];
  expect(boundsAt(search, [0.5, 0.5, 0.5, 0])).toEqual([]);
  expect(boundsAt(search, [1, 0.01, 0, 0])).toEqual([
    { key: 'a.rate', value: '1', side: 'upper', bound: 1 },
    { key: 'a.size', value: '1', side: 'lower', bound: 1 },
  ]);
  expect(boundsAt(search, [0.5, 0.5, 0.99, 0])).toEqual([{ key: 'b.dropout', value: '0.495', side: 'upper', bound: 0.5 }]);
});

it('the value of a change is shown as a person writes it', () => {
  expect(['a=3', 'a="lstm"', 'a="x\\n"', 'a={"b":"c"}'].map(valueOfChange)).toEqual(['3', 'lstm', '"x\\n"', '{"b":"c"}']);
});
