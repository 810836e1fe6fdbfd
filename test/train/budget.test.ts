import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trainingPlan } from '../../src/commands/train/training-plan.js';
import { loadConfig } from '../../src/config/load.js';
import { resolveConfig } from '../../src/config/resolve.js';
import type { ResolvedConfig } from '../../src/config/types.js';
import { stepsWithin } from '../../src/train/budget.js';
import type { BudgetEvent, TrainingEvent } from '../../src/train/events.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { resultOf, type Settings, smallConfig, train } from './run-fixture.js';

/** A clock that goes on by as much each time it is read, so that what is measured is the same on any machine. */
function clock(seconds: number) {
  let time = 100;
  return () => (time += seconds);
}

const budgets = (events: readonly TrainingEvent[]) => events.filter((event): event is BudgetEvent => event.type === 'budget');

/** The small run of this length. */
function withLength(folder: string, length: { budget: string } | { steps: number }, settings: Settings = {}): ResolvedConfig {
  const config = smallConfig(folder, settings);
  const { epochs: _, ...training } = config.training;
  return { ...config, training: { ...training, ...length } };
}
const withBudget = (folder: string, budget: string, settings: Settings = {}) => withLength(folder, { budget }, settings);

/** Seconds of so many steps with their validations. */
const duration = (steps: number, pace: Parameters<typeof stepsWithin>[1]) =>
  steps * pace.secondsPerStep + Math.ceil(steps / pace.validationInterval) * pace.secondsPerValidation;

test('the steps within a time are the largest number that fits, with a validation after the last, and at least one', () => {
  const paces = fc.record({
    // Whole numbers, so that no sum is rounded.
    secondsPerStep: fc.integer({ min: 1, max: 20 }),
    validationInterval: fc.integer({ min: 1, max: 30 }),
    secondsPerValidation: fc.nat(50),
  });
  fc.assert(
    fc.property(paces, fc.integer({ min: -10, max: 2000 }), (pace, seconds) => {
      let most = 1;
      while (duration(most + 1, pace) <= seconds) most++;
      expect(stepsWithin(seconds, pace)).toBe(most);
    }),
  );
});

describe('a budget', () => {
  test('becomes steps, by the measured speed, in the config of the run, which trains as one with these steps', async () => {
    const folder = temporaryFolder();
    const schedule = { type: 'cosine', minimum: 0.001 };
    const config = withBudget(folder, '10s', { schedule });
    const events = await train(config, join(folder, 'budget'), { now: clock(0.01) });
    expect(events.map(({ type }) => type).slice(0, 2)).toEqual(['budget', 'start']);
    const [budget, ...more] = budgets(events);
    expect(more).toEqual([]);
    const { seconds, secondsPerStep, steps } = budget!;
    expect(seconds).toBe(10);
    expect(steps * secondsPerStep).toBeLessThan(10);
    expect(steps * secondsPerStep).toBeGreaterThan(3);
    expect(events[1]).toMatchObject({ steps });
    const { training } = loadConfig(join(folder, 'budget/config.yaml'));
    const { budget: _, ...others } = config.training;
    expect(training).toEqual({ ...others, steps });

    const named = await train(withLength(folder, { steps }, { schedule }), join(folder, 'steps'));
    expect(resultOf(join(folder, 'budget'))).toEqual(resultOf(join(folder, 'steps')));
    const last = named.findLast((event) => event.type === 'step')!;
    expect(last).toMatchObject({ step: steps, learningRate: 0.001 });
  });

  test('that is twice as large gives about twice the steps', async () => {
    const folder = temporaryFolder();
    const stepsOf = async (budget: string) => {
      const events = await train(withBudget(folder, budget), join(folder, budget), {
        now: clock(0.01),
        stopRequested: () => true,
      });
      return budgets(events)[0]!.steps;
    };
    const [once, twice] = [await stepsOf('20s'), await stepsOf('40s')];
    expect(twice / once).toBeGreaterThan(1.9);
    expect(twice / once).toBeLessThan(2.3);
  });

  test('is not measured again when a run is resumed: it has the steps that were chosen', async () => {
    const folder = temporaryFolder();
    const config = withBudget(folder, '6s');
    const whole = await train(config, join(folder, 'whole'), { now: clock(0.01) });
    const directory = join(folder, 'pieces');
    let left = 30;
    await train(config, directory, { now: clock(0.01), stopRequested: () => left-- === 0 });
    const notices: string[] = [];
    const events = await train(config, directory, {
      start: 'resume',
      now: clock(5),
      onNotice: (notice) => void notices.push(notice),
    });
    expect(budgets(events)).toEqual([]);
    const { steps } = budgets(whole)[0]!;
    expect(notices).toEqual([
      `training.steps: ${steps}, as in this run; set training.steps in place of training.budget to change it`,
    ]);
    expect(resultOf(directory)).toEqual(resultOf(join(folder, 'whole')));
  });

  test('is refused for a run that has epochs, and where the steps conflict with another key', async () => {
    const folder = temporaryFolder();
    let left = 3;
    await train(smallConfig(folder), join(folder, 'epochs'), { stopRequested: () => left-- === 0 });
    await expect(train(withBudget(folder, '1h'), join(folder, 'epochs'), { start: 'resume' })).rejects.toThrow(
      'cannot resume with training.budget 1h: a budget is for a new run, and this one has training.epochs',
    );
    const config = withBudget(folder, '2s', { schedule: { type: 'cosine', warmupSteps: 5000 } });
    await expect(train(config, join(folder, 'warm'), { now: clock(0.01) })).rejects.toThrow(
      'training.schedule.warmupSteps is 5000 and training.steps is',
    );
  });

  test('is a time with a unit, and replaces the default epochs', () => {
    const resolved = (budget: unknown) => resolveConfig({ corpus: { path: 'a' }, training: { budget } }).training;
    for (const budget of ['90s', '30m', '1.5h', '2 days']) expect(resolved(budget)).toMatchObject({ budget });
    expect(resolved('30m')).not.toHaveProperty('epochs');
    for (const budget of [30, '30', '0m', 'm', '-3m', '1h30m'])
      expect(() => resolved(budget), String(budget)).toThrow('allowed: a time such as 90s, 30m or 2h');
  });

  test('on the command line replaces the length in the config', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'c.yaml');
    const flags = {
      output: undefined,
      resume: false,
      overwrite: false,
      'dry-run': false,
      'skip-final': false,
      threads: undefined,
      json: false,
    };
    const rest = { quiet: false, 'find-rate': false, engine: undefined, provider: undefined, from: undefined };
    const plan = (set: string[]) => trainingPlan({ config: file, set, budget: '2h', ...flags, ...rest }).config.training;
    for (const length of ['epochs: 3', 'steps: 100', 'batchSize: 4']) {
      writeFileSync(file, `corpus: { path: a.txt }\ntraining: { ${length} }\n`);
      expect(plan([])).toMatchObject({ budget: '2h' });
      expect(plan([])).not.toHaveProperty('epochs');
      expect(plan([])).not.toHaveProperty('steps');
      expect(() => plan(['training.steps=7'])).toThrow('training.budget is "2h" and training.steps is 7');
    }
  });
});
