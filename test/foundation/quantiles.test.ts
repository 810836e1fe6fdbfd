import { expect, it } from 'vitest';
import { quantilesOf } from '../../src/foundation/quantiles.js';

it('quantiles lie between the sorted values, and values are not changed', () => {
  const values = [4, 1, 3, 2];
  expect(quantilesOf(values, [0, 0.5, 1])).toEqual([1, 2.5, 4]);
  expect(quantilesOf(values, [0.25, 0.75])).toEqual([1.75, 3.25]);
  expect(values).toEqual([4, 1, 3, 2]);
  expect(quantilesOf([7], [0.1, 0.9])).toEqual([7, 7]);
  expect(quantilesOf([1, Infinity, Infinity], [0, 0.25, 0.5, 1])).toEqual([1, Infinity, Infinity, Infinity]);
});
