/** Every optimizer and every schedule of the registries: a new entry is tested by being registered. And what else changes an update. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import { optimizers } from '../../src/train/optimizers/index.js';
import { scheduleFor, schedules } from '../../src/train/schedules/index.js';
import type { ScheduleState } from '../../src/train/schedules/schedule.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { testSeed } from '../random-seed.js';
import { variantsOf } from '../variants.js';
import { resultOf, type Settings, smallConfig, train } from './run-fixture.js';

const updateCases: (readonly [string, Settings])[] = [
  ...optimizers.flatMap(variantsOf).map((choice) => {
    const optimizer = choice as unknown as NonNullable<Settings['optimizer']>;
    return [`optimizer ${Object.values(choice).join(' ')}`, { optimizer }] as const;
  }),
  ['adaptive clipping', { clipping: { type: 'adaptive' } }],
  [
    'clipping by parameter, noise, a limit of norms',
    {
      clipping: { type: 'norm-by-parameter' },
      gradientNoise: 0.01,
      regularization: { maximumNorm: 1 },
    },
  ],
];

describe.each(updateCases)('%s', (_, settings) => {
  test('trains, and stopped anywhere and resumed on another number of threads gives the same bits', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { ...settings, validation: { everyEpochs: 1 } });
    const events = await train(config, join(folder, 'whole'));
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'completed' });
    const directory = join(folder, 'pieces');
    let left = 1 + createRandom(testSeed).integer(20);
    await train(config, directory, { stopRequested: () => left-- === 0, threads: 2 });
    await train(config, directory, { start: 'resume' });
    expect(resultOf(directory)).toEqual(resultOf(join(folder, 'whole')));
  });
});

/** Values that matter in a run of two dozen steps. */
const short: Readonly<Record<string, number>> = { warmupSteps: 4, periodSteps: 5, patience: 1 };

const scheduleCases = schedules
  .flatMap(variantsOf)
  .map((choice) => ({ ...choice, ...Object.fromEntries(Object.entries(short).filter(([key]) => key in choice)) }))
  .map((choice) => [Object.values(choice).join(' '), choice] as const);

describe.each(scheduleCases)('schedule %s', (_, choice) => {
  const STEPS = 24;
  const losses = [5, 4, 4.1, 4.2, 3, 3.1, 2.9, 2.95, 3, 3, 2, 1];
  /** The rates of a run; with `restart`, all that it has in memory is lost at each step but the state of a checkpoint. */
  const ratesOf = (restart: boolean) => {
    let schedule = scheduleFor(choice, 0.5);
    let state: ScheduleState = { reductions: 0, waited: 0 };
    return Array.from({ length: STEPS }, (_, i) => {
      if (i % 2 === 1) schedule.validated?.(losses[(i - 1) / 2]!, state);
      if (restart) [schedule, state] = [scheduleFor(choice, 0.5), JSON.parse(JSON.stringify(state))];
      return schedule.learningRate({ epoch: 1 + Math.floor(i / 6), step: i + 1, steps: STEPS }, state);
    });
  };

  test('has rates from 0 to the full rate, which it reaches', () => {
    const rates = ratesOf(false);
    for (const rate of rates) expect(rate >= 0 && rate <= 0.5 * (1 + 1e-12), String(rate)).toBe(true);
    expect(Math.max(...rates)).toBeGreaterThan(0.45);
  });

  test('has the same rates when the run is stopped and resumed', () => {
    expect(ratesOf(true)).toEqual(ratesOf(false));
  });
});
