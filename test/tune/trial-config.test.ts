import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import type { ResolvedConfig } from '../../src/config/types.js';
import { scheduleFor } from '../../src/train/schedules/index.js';
import {
  candidateRungs,
  decayStart,
  isExtensible,
  readyConfig,
  rungConfig,
  searchRungs,
  wholeConfig,
} from '../../src/tune/trial-config.js';

const configOf = (training: object): ResolvedConfig => resolveConfig({ corpus: { path: 'a.txt' }, training });
const rates = ({ training: { schedule, optimizer, steps } }: ResolvedConfig, upTo = steps!) => {
  const { learningRate } = scheduleFor(schedule, optimizer.learningRate);
  return Array.from({ length: upTo }, (_, i) =>
    learningRate({ epoch: 1, step: i + 1, steps: steps! }, { reductions: 0, waited: 0 }),
  );
};

describe('the rungs of a search', () => {
  it('are a whole training and thirds of it, as long as they have 20 steps and twice the warm-up', () => {
    expect(searchRungs(5400, 3, 0)).toEqual([200, 600, 1800, 5400]);
    expect(searchRungs(5400, 3, 150)).toEqual([600, 1800, 5400]);
    expect(searchRungs(100, 3, 0)).toEqual([33, 100]);
    expect(searchRungs(59, 3, 0)).toEqual([20, 59]);
    expect(searchRungs(40, 3, 0)).toEqual([40]);
  });

  it('of a candidate have as many tokens as those of the config', () => {
    const config = configOf({ batchSize: 32, sequenceLength: 64 });
    const candidate = configOf({ batchSize: 16, sequenceLength: 64, accumulation: 4 });
    expect(candidateRungs([20, 60, 180], config, candidate)).toEqual([10, 30, 90]);
    expect(candidateRungs([20, 60, 180], config, configOf({ batchSize: 1024 }))).toEqual([5, 10, 15]);
  });
});

describe('the config of a rung', () => {
  it('has a checkpoint at the last step of the full rate, from which the next rung continues with the same rates', () => {
    const lengths = fc.record({
      first: fc.integer({ min: 5, max: 400 }),
      more: fc.integer({ min: 1, max: 900 }),
      warmupSteps: fc.integer({ min: 0, max: 300 }),
      everySteps: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(lengths, ({ first, more, warmupSteps, everySteps }) => {
        const config = configOf({ schedule: { type: 'linear', warmupSteps }, steps: 1000, checkpoints: { everySteps } });
        const rungs = [first, first + more];
        const [shorter, longer] = [rungConfig(config, rungs, 0), rungConfig(config, rungs, 1)];
        const start = decayStart(shorter.training, first);
        const { checkpoints } = shorter.training;
        expect(start % checkpoints.everySteps).toBe(0);
        // Checkpoints after it, one of them at the end, do not displace it.
        const later = Math.floor(first / checkpoints.everySteps) - start / checkpoints.everySteps + 1;
        expect(checkpoints.keep).toBeGreaterThanOrEqual(later);
        expect(rates(longer, start)).toEqual(rates(shorter, start));
        expect(rates(shorter)[start]).toBeLessThan(rates(longer)[start]!);
        expect(rates(shorter).at(-1)).toBeCloseTo(0, 12);
        // It is valid, although the config's warm-up may be longer than the rung.
        expect(resolveConfig(shorter)).toEqual(shorter);
      }),
    );
  });

  it('validates at its end alone, and leaves out what only people read and what would end it early', () => {
    const config = configOf({
      epochs: 3,
      earlyStopping: {},
      samples: { everySteps: 5 },
      tensorboard: true,
      validation: { everySteps: 7 },
      schedule: { type: 'cosine', warmupSteps: 4 },
    });
    const { training, engine } = rungConfig({ ...config, engine: { ...config.engine, type: 'auto' } as never }, [20, 60], 1);
    expect(training).toMatchObject({
      steps: 60,
      validation: { everySteps: 60 },
      tensorboard: false,
      schedule: { type: 'warmup-stable-decay', warmupSteps: 4, decayShare: 0.2 },
    });
    for (const key of ['epochs', 'earlyStopping', 'samples', 'budget']) expect(training).not.toHaveProperty(key);
    expect(engine.type).toBe('typed-array');
  });
});

it('a training can be extended unless something before its decay depends on its length or on validations', () => {
  const all: [object, boolean][] = [
    [{}, true],
    [{ averaging: { type: 'ema' } }, true],
    [{ averaging: { type: 'tail', startStep: 5 } }, true],
    [{ averaging: { type: 'tail' } }, false],
    [{ averaging: { type: 'nt-asgd' } }, false],
  ];
  for (const [training, expected] of all) expect(isExtensible(configOf(training))).toBe(expected);
  const scheduled = { ...configOf({}).training, objectiveSchedule: {} } as ResolvedConfig['training'];
  expect(isExtensible({ training: scheduled })).toBe(false);
  const averaged = configOf({ averaging: { type: 'nt-asgd' }, validation: { everySteps: 7 } });
  expect(rungConfig(averaged, [20, 60], 0).training.validation).toEqual({ everySteps: 7 });
});

describe('whole trainings', () => {
  const training = {
    epochs: 4,
    earlyStopping: { patience: 2 },
    validation: { everySteps: 7 },
    samples: { everySteps: 9 },
    schedule: { type: 'cosine', warmupSteps: 4 },
  };

  it('of the config have its own schedule, length and early stopping', () => {
    const ready = readyConfig(configOf(training), 100).training;
    expect(ready).toMatchObject({ epochs: 4, earlyStopping: { patience: 2 }, schedule: { type: 'cosine' } });
    expect(ready).not.toHaveProperty('samples');
    expect(readyConfig(configOf({ budget: '1h' }), 100).training).toMatchObject({ steps: 100 });
    expect(readyConfig(configOf({ budget: '1h' }), 100).training).not.toHaveProperty('budget');
  });

  it('of the best candidate have its schedule and the validations and samples of the config', () => {
    const whole = wholeConfig(configOf(training), [20, 60]).training;
    expect(whole).toMatchObject({ steps: 60, validation: { everySteps: 7 }, samples: { everySteps: 9 } });
    expect(whole.schedule).toEqual(rungConfig(configOf(training), [20, 60], 1).training.schedule);
    for (const key of ['epochs', 'earlyStopping']) expect(whole).not.toHaveProperty(key);
  });
});
