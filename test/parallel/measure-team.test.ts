import { describe, expect, it } from 'vitest';
import type { Team } from '../../src/parallel/team.js';
import { measureTeam, timedTeam } from '../../src/train/measure-team.js';
import type { TrainingSession } from '../../src/train/session.js';

/** A clock, and a process of a team of two whose calls take known times. The other one needs a second more for each step. */
function simulated(seconds: { readonly sum: number; readonly update: number }) {
  let time = 100;
  let sums = 0;
  const team: Team = {
    rank: 0,
    size: 2,
    name: 'simulated',
    async sum(values) {
      time += seconds.sum;
      sums++;
      for (let i = 0; i < values.length; i++) values[i]! *= 2;
    },
    async gather(numbers) {
      time += 0.001;
      const [step = 0, computing = 0, ...rest] = numbers;
      return [numbers, numbers.length === 4 ? [step, computing + 1, ...rest] : numbers];
    },
    tell: async (text) => text!,
    async bring() {},
    async close() {},
    abort() {},
  };
  const gradients = new Float32Array(1000).fill(1e38);
  const session = {
    gradients,
    async update() {
      time += seconds.update;
    },
  } as Partial<TrainingSession> as TrainingSession;
  return { team, session, now: () => time, sums: () => sums, gradients };
}

describe('what processes gain', () => {
  it('is the time of one process for all microbatches, beside the time of the team', async () => {
    const { team, session, now, sums, gradients } = simulated({ sum: 0.5, update: 0.25 });
    const { measured } = await measureTeam(team, session, { step: 4, computing: 2, precision: 'float32', everySteps: 1 }, now);
    // They compute 1.75 and 2.75 s without the update, which one process would make once: 4.75 of 2 x 4 s.
    expect(measured.efficiency).toBeCloseTo(4.75 / 8, 12);
    expect(measured).toMatchObject({ processes: 2, name: 'simulated', bytesPerStep: 4000 });
    expect(measured.secondsPerExchange).toBeCloseTo(0.5, 12);
    expect(measured.bytesPerSecond).toBeCloseTo(8000, 8);
    // One to see how long it takes, and as many as two seconds have room for. Their sums stay finite.
    expect(sums()).toBe(1 + 4);
    expect(gradients.every(Number.isFinite)).toBe(true);
  });

  it.each([
    [0.001, 1 + 20],
    [60, 1 + 2],
  ])('is measured with few exchanges, also where one takes %s s', async (sum, count) => {
    const { team, session, now, sums } = simulated({ sum, update: 0 });
    const { measured } = await measureTeam(team, session, { step: 4, computing: 2, precision: 'bfloat16', everySteps: 1 }, now);
    expect([sums(), measured.bytesPerStep]).toEqual([count, 2000]);
  });
});

it('has an exchange only every so many steps where steps are local', async () => {
  const { team, session, now } = simulated({ sum: 0.5, update: 0.25 });
  const own = { step: 4, computing: 2, precision: 'float32', everySteps: 10 } as const;
  const { measured, secondsPerStep } = await measureTeam(team, session, own, now);
  expect([measured.bytesPerStep, measured.bytesPerSecond, secondsPerStep]).toEqual([400, 8000, 4.05]);
  expect(measured.efficiency).toBeCloseTo(4.75 / (2 * 4.05), 12);
});

describe('a timed team', () => {
  it('counts the seconds of sums and gathered numbers, and gives their results', async () => {
    const { team, now } = simulated({ sum: 0.5, update: 0 });
    const timed = timedTeam(team, now);
    expect([timed.team.rank, timed.team.size, timed.spent()]).toEqual([0, 2, 0]);
    const values = Float32Array.of(1, 2);
    await timed.team.sum(values);
    expect(Array.from(values)).toEqual([2, 4]);
    expect(await timed.team.gather([7])).toEqual([[7], [7]]);
    expect(timed.spent()).toBeCloseTo(0.501, 12);
  });
});
