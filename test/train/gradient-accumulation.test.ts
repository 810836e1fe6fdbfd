import { expect, it } from 'vitest';
import { accumulateGradients } from '../../src/train/gradient-accumulation.js';

it('the gradients of the windows of an update are added, and given after the last one', async () => {
  const reduce = accumulateGradients(2);
  const gradientsOf = async (windows: readonly number[][]) => {
    let last = new Float32Array(2);
    for (const [index, window] of windows.entries()) {
      last = Float32Array.from(window);
      await reduce(last, { index, count: windows.length });
    }
    return [...last];
  };
  const three = [
    [1, 2],
    [10, 20],
    [100, 200],
  ];
  expect(await gradientsOf(three)).toEqual([111, 222]);
  // Nothing is left of the update before.
  expect(await gradientsOf(three.slice(0, 2))).toEqual([11, 22]);
  expect(await gradientsOf([[5, 6]])).toEqual([5, 6]);
  expect(await gradientsOf(three)).toEqual([111, 222]);
});
