import { expect, test } from 'vitest';
import type { AdaptedWindow } from '../../../src/evaluate/dynamic/adapted-window.js';
import { observeGradients } from '../../../src/evaluate/dynamic/gradient-statistics.js';
import { memoryTokenSource } from '../../../src/text/batches.js';

/** The places of all windows of a training text whose gradients are observed; a list for each passage that begins with a reset. */
async function placesIn(tokens: number, length: number): Promise<number[][]> {
  const passages: number[][] = [];
  let observed = 0;
  const window: AdaptedWindow = {
    length,
    state: { reset: () => void passages.push([]) },
    parameters: new Float32Array(0),
    gradients: new Float32Array(0),
    losses: new Float32Array(0),
    async run(_, start) {
      // A window needs one token more than it has predictions.
      expect(start + length).toBeLessThan(tokens);
      passages.at(-1)!.push(start);
      return length;
    },
    parametersChanged() {},
  };
  const source = memoryTokenSource(new Int32Array(tokens));
  await observeGradients(source, window, async () => void observed++);
  expect(observed).toBe(passages.flat().length);
  return passages;
}

test('a short training text is observed whole, as one passage', async () => {
  expect(await placesIn(21, 5)).toEqual([[0, 5, 10, 15]]);
  expect(await placesIn(20, 5)).toEqual([[0, 5, 10]]);
  expect(await placesIn(6, 5)).toEqual([[0]]);
});

test('of a long one 10,000 tokens are observed, in passages of 100 windows at equal distances', async () => {
  const passages = await placesIn(100_001, 20);
  expect(passages).toHaveLength(5);
  for (const [i, places] of passages.entries())
    expect(places).toEqual(Array.from({ length: 100 }, (_, w) => i * 20_000 + w * 20));
  const [first, last] = await placesIn(50_001, 80);
  expect([first!.length, last!.length]).toEqual([100, 25]);
  expect(last![0]).toBe(Math.floor((100 * 625) / 125) * 80);
});

test('windows of more than 10,000 tokens are observed once', async () => {
  expect(await placesIn(90_000, 25_000)).toEqual([[0]]);
});

test('a text without a whole window is refused', async () => {
  await expect(placesIn(5, 5)).rejects.toMatchObject({
    kind: 'data',
    message: expect.stringMatching(/has 5 tokens: not even one window of 5/),
  });
});
