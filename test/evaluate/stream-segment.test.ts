import { describe, expect, it } from 'vitest';
import type { Lanes } from '../../src/evaluate/lanes.js';
import { RUN_UP, scoreSegment } from '../../src/evaluate/stream-segment.js';

const steps = 64;

/** A network of one number, with its loss at each token. Token i is the number i. */
interface Equations {
  next(state: number, token: number): number;
  loss(state: number, token: number): number;
}

/** Lanes over the numbers 0, 1, 2, ..., and how often each was run. */
function lanesOf({ next, loss }: Equations, count: number): Lanes & { readonly runs: { score: number; read: number } } {
  const states = new Float32Array(count);
  const losses = new Float32Array(count * steps);
  const runs = { score: 0, read: 0 };
  const run = (starts: ArrayLike<number>) => {
    for (let lane = 0; lane < count; lane++) {
      for (let t = 0; t < steps; t++) {
        const token = starts[lane]! + t;
        states[lane] = next(states[lane]!, token);
        losses[lane * steps + t] = loss(states[lane]!, token);
      }
    }
  };
  return {
    runs,
    count,
    steps,
    stateLength: 1,
    async score(starts) {
      runs.score++;
      run(starts);
    },
    async read(starts) {
      runs.read++;
      run(starts);
    },
    losses: (lane, target, offset) => target.set(losses.subarray(lane * steps, (lane + 1) * steps), offset),
    save: (lane, target, offset) => target.set(states.subarray(lane, lane + 1), offset),
    load: (lane, source, offset) => states.set(source.subarray(offset, offset + 1), lane),
  };
}

/** The losses and the last state of reading in order. */
function inOrder({ next, loss }: Equations, start: number, total: number, state: number) {
  const losses = new Float32Array(total);
  const now = Float32Array.of(state);
  for (let i = 0; i < total; i++) {
    now[0] = next(now[0]!, start + i);
    losses[i] = loss(now[0]!, start + i);
  }
  return { losses, state: now };
}

const [count, length, start] = [4, 1344, 5000];
const total = count * length;
/** Runs of the first reading: those of the run-up whose losses are compared, and the streams themselves. */
const firstReading = 128 / steps + length / steps;

async function score(equations: Equations, { total: predictions = total, state = 7 } = {}) {
  const lanes = lanesOf(equations, count);
  const progress: number[] = [];
  const place = { start, length, total: predictions, state: Float32Array.of(state) };
  const segment = await scoreSegment(lanes, place, (done) => void progress.push(done));
  return { ...segment, runs: lanes.runs, progress, expected: inOrder(equations, start, predictions, state) };
}

describe('a part of a text in streams', () => {
  /** Remembers the token before, and nothing older. */
  const forgetful: Equations = { next: (_, token) => token % 17, loss: (state, token) => state + (token % 5) };

  it.each([total, total - 100, 3 * length, 2 * length + 1])(
    'of %i predictions is read once by a forgetful network',
    async (predictions) => {
      const { losses, state, forgets, expected, runs, progress } = await score(forgetful, { total: predictions });
      expect(losses).toEqual(expected.losses);
      if (predictions % length === 0) expect(state).toEqual(expected.state);
      expect([forgets, runs]).toEqual([true, { read: (RUN_UP - 128) / steps, score: firstReading }]);
      // After each block of 256 steps.
      expect(progress).toEqual([1024, 2048, 3072, 4096, 5120, 6144].map((done) => Math.min(done, predictions)));
    },
  );

  it('continues from the state before it, by default zero', async () => {
    const counting: Equations = { next: (state) => state + 1, loss: (state) => state % 3 };
    const lanes = lanesOf(counting, count);
    const { losses } = await scoreSegment(lanes, { start, length, total, state: undefined }, () => {});
    expect([...losses.subarray(0, 4)]).toEqual([1, 2, 0, 1]);
    expect([...(await score(counting)).losses.subarray(0, 4)]).toEqual([2, 0, 1, 2]);
  });

  it('of a network that never forgets ends after two streams, and says so', async () => {
    const sum: Equations = { next: (state, token) => state + (token % 3), loss: (state) => state % 11 };
    const { losses, state, forgets, expected } = await score(sum);
    expect([forgets, losses.length]).toEqual([false, 2 * length]);
    expect(losses).toEqual(expected.losses.subarray(0, 2 * length));
    expect(state).toEqual(inOrder(sum, start, 2 * length, 7).state);
  });

  it('of a network that forgets late is read again up to there', async () => {
    // Forgets at every 2,000th token, which is in the run-up of some streams only.
    const late: Equations = {
      next: (state, token) => (token % 2000 === 0 ? 0 : state + 1),
      loss: (state) => state % 13,
    };
    const { losses, state, forgets, expected, runs } = await score(late);
    expect(losses).toEqual(expected.losses);
    expect([state, forgets]).toEqual([expected.state, true]);
    expect(runs.score).toBeGreaterThan(firstReading);
    expect(runs.score).toBeLessThan(2 * firstReading);
  });

  /** Each reading ends in a state of its own: a stream begins from 0, and what it began with remains as a small difference. */
  const remembering = (size: number, apart: number, amplified: (state: number) => number): Equations => ({
    next: (state) => (state === 0 ? size + apart : state === 7 ? size : state),
    loss: amplified,
  });

  it.each([
    ['1e-6 of a small one, as rounding makes it', 0.5, 2 ** -20, true],
    ['more than that', 0.5, 2 ** -18, false],
    ['1e-6 of a large one', 1000, 2 ** -11, true],
    ['more than that of a large one', 1000, 2 ** -8, false],
  ])('takes states for equal that differ by %s', async (_, size, apart, equal) => {
    const { forgets, losses, runs } = await score(remembering(size, apart, () => 1));
    expect(forgets).toBe(equal);
    expect(losses).toHaveLength(equal ? total : 2 * length);
    if (equal) expect(runs.score).toBe(firstReading);
  });

  it.each([
    ['small enough', 2 ** -14, true],
    ['too large', 2 ** -12, false],
    ['not a number', Number.NaN, false],
  ])('reads a stream again where almost equal states give losses whose difference is %s', async (_, apart, equal) => {
    const equations = remembering(0.5, 2 ** -22, (state) => (state === 0.5 ? 1 : 1 + apart));
    const { forgets, losses } = await score(equations);
    expect(forgets).toBe(equal);
    expect(losses).toHaveLength(equal ? total : 2 * length);
  });

  it('never takes states for equal that are not numbers', async () => {
    const { forgets } = await score({ next: () => Number.NaN, loss: () => 1 });
    expect(forgets).toBe(false);
  });
});
