import { expect, test } from 'vitest';
import { barPlot } from '../../src/ui/bar-plot.js';

test('a bar plot has the largest value at the top and the smallest as one step', () => {
  expect(barPlot([0, 15, 7], { width: 10, height: 2 })).toEqual([' █', '▁██']);
});

test('a bar plot averages adjacent values where there are more values than columns', () => {
  expect(barPlot([0, 2, 15, 17], { width: 2, height: 2 })).toEqual([' █', '▁█']);
});

test('a bar plot of equal values is flat', () => {
  expect(barPlot([3, 3], { width: 5, height: 2 })).toEqual(['', '▁▁']);
});
