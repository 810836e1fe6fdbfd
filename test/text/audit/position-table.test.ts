import { expect, it } from 'vitest';
import { createPositionTable } from '../../../src/text/audit/position-table.js';

const things = ['a', 'b', 'a', 'c', 'b', 'd', 'c', 'd'];
const seen = (capacity: number, hash: (thing: string) => number) => {
  const table = createPositionTable(capacity);
  return things.map((thing, i) => table.seenAt(hash(thing), i, (earlier) => things[earlier] === thing));
};

it.each([
  ['different', (thing: string) => thing.charCodeAt(0)],
  ['equal', () => 7],
])('a table of positions tells where a thing was seen first, by %s hashes', (_, hash) => {
  expect(seen(8, hash)).toEqual([-1, -1, 0, -1, 1, -1, 3, 5]);
});

it('a full table of positions ignores further items, and still terminates', () => {
  expect(seen(2, () => 7)).toEqual([-1, -1, 0, -1, 1, -1, -1, -1]);
});
