import { describe, expect, it } from 'vitest';
import { findLossSpikes } from '../../src/diagnose/loss-spikes.js';
import { createRandom } from '../../src/foundation/random.js';

const curveOf = (losses: readonly number[], every = 10) => ({ steps: losses.map((_, i) => every * (i + 1)), losses });
const spikesOf = (losses: readonly number[]) => findLossSpikes(curveOf(losses));
/** Usual losses around 2: median 2, median absolute deviation 0.05. */
const usual = (lines: number) => Array.from({ length: lines }, (_, i) => [1.95, 2, 2.05, 1.9, 2.1][i % 5]!);

describe('findLossSpikes', () => {
  it('measures in robust standard deviations of the thirty lines before', () => {
    // The median of five lines is always 2, and the median of the absolute differences from it 0.05.
    const at = (deviations: number) => 2 + deviations * 1.4826 * 0.05;
    expect(spikesOf([...usual(50), at(5.9)])).toEqual([]);
    const [spike] = spikesOf([...usual(50), at(6.1)]);
    expect(spike).toMatchObject({ from: 501, to: 510, loss: at(6.1), usual: 2, until: 510, peak: at(6.1) });
    expect(spike!.deviations).toBeCloseTo(6.1, 10);
    // Older lines do not count.
    expect(spikesOf([...Array.from({ length: 50 }, () => 9), ...usual(50), at(6.1)])).toHaveLength(1);
  });

  it('of a smooth curve must be six percent of its median, and needs twenty differences before it', () => {
    const smooth = (lines: number) => Array.from({ length: lines }, () => 3);
    expect(spikesOf([...smooth(30), 3.17])).toEqual([]);
    expect(spikesOf([...smooth(30), 3.19])).toHaveLength(1);
    expect(spikesOf([...smooth(25), 3.19])).toHaveLength(1);
    expect(spikesOf([...smooth(24), 3.19])).toEqual([]);
  });

  it('last until the loss is usual again, and are not compared with', () => {
    const found = spikesOf([...usual(30), 4, 5, 3, ...usual(5), 4, ...usual(3)]);
    expect(found.map(({ from, to, loss, until, peak }) => [from, to, loss, until, peak])).toEqual([
      [301, 310, 4, 330, 5],
      [381, 390, 4, 390, 4],
    ]);
    expect(found[1]!.usual).toBe(2);
    // One that never ends is found too.
    expect(spikesOf([...usual(30), 4, 5])).toMatchObject([{ until: 320, peak: 5 }]);
  });

  it('end where the loss stays at a new level', () => {
    const risen = usual(200).map((loss) => loss + 2);
    const [spike, ...more] = spikesOf([...usual(30), ...risen]);
    expect(more).toEqual([]);
    expect(spike!.until).toBeLessThan(300 + 1000);
  });

  it('are not found in noise or in a loss that falls', () => {
    const random = createRandom(4);
    expect(spikesOf(Array.from({ length: 3000 }, () => 2 + 0.1 * random.normal()))).toEqual([]);
    expect(spikesOf(Array.from({ length: 300 }, (_, i) => 5 / (1 + i / 20) + 0.01 * random.normal()))).toEqual([]);
  });
});
