import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ScheduleChoice, scheduleFor } from '../../src/train/schedules/index.js';
import type { Progress, ScheduleState } from '../../src/train/schedules/schedule.js';

const fresh = (): ScheduleState => ({ reductions: 0, waited: 0 });
const rateAt = (choice: ScheduleChoice, base: number, progress: Partial<Progress>) =>
  scheduleFor(choice, base).learningRate({ epoch: 1, step: 1, steps: 100, ...progress }, fresh());
const epochs = (choice: ScheduleChoice, base: number, count: number) =>
  Array.from({ length: count }, (_, i) => rateAt(choice, base, { epoch: i + 1 }));

describe('the learning rate', () => {
  test('constant is the same throughout', () => {
    expect(epochs({ type: 'constant' }, 0.3, 4)).toEqual([0.3, 0.3, 0.3, 0.3]);
  });

  test('step is multiplied by the factor every everyEpochs epochs after startEpoch', () => {
    const choice = { type: 'step', startEpoch: 2, everyEpochs: 2, factor: 0.5 } as const;
    expect(epochs(choice, 8, 7)).toEqual([8, 8, 4, 4, 2, 2, 1]);
  });

  test('exponential is multiplied by the factor in each epoch after startEpoch', () => {
    const choice = { type: 'exponential', startEpoch: 3, factor: 0.25 } as const;
    expect(epochs(choice, 16, 6)).toEqual([16, 16, 16, 4, 1, 0.25]);
  });

  test('cosine rises along a line for warmupSteps, then falls half a cosine to the minimum at the last step', () => {
    const choice = { type: 'cosine', warmupSteps: 20, minimum: 0.2 } as const;
    const rate = (step: number) => rateAt(choice, 1, { step });
    expect(rate(5)).toBeCloseTo(0.25, 12);
    expect(rate(20)).toBeCloseTo(1, 12);
    for (const step of [30, 47, 60, 80, 99]) {
      const cosine = Math.cos((Math.PI * (step - 20)) / 80);
      expect(rate(step), String(step)).toBeCloseTo(0.2 + (0.8 * (1 + cosine)) / 2, 12);
    }
    expect(rate(100)).toBeCloseTo(0.2, 12);
  });

  test('cosine stays at the minimum after decaySteps, or repeats the decay without warm-up', () => {
    const choice = { type: 'cosine', warmupSteps: 2, minimum: 0.2, decaySteps: 6 } as const;
    const rates = (afterDecay?: string) => [7, 8, 12, 13, 20].map((step) => rateAt({ ...choice, afterDecay }, 1, { step }));
    for (const afterDecay of ['hold', undefined]) expect(rates(afterDecay)).toEqual([0.2, 0.2, 0.2, 0.2, 0.2]);
    const repeated = [1, 2, 6, 1, 2].map((step) => 0.2 + (0.8 * (1 + Math.cos((Math.PI * step) / 6))) / 2);
    rates('restart').forEach((rate, i) => void expect(rate).toBeCloseTo(repeated[i]!, 12));
    expect(rateAt({ ...choice, afterDecay: 'restart' }, 1, { step: 6 })).toBeCloseTo(0.2, 12);
  });

  test('plateau is multiplied by the factor after patience validations that do not beat the best by the threshold, down to the minimum', () => {
    const schedule = scheduleFor({ type: 'plateau', factor: 0.5, patience: 2, threshold: 0.1, minimum: 0.3 }, 1);
    const state = fresh();
    const rates = [2, 1.95, 1.85, 1.8, 1.8, 1.76, 1.5, 1.45, 1.45, 1.45, 1.45].map((loss) => {
      schedule.validated!(loss, state);
      return schedule.learningRate({ epoch: 1, step: 1, steps: 100 }, state);
    });
    // 1.95 does not beat 2 by 0.1, 1.85 does; 1.8 and 1.8 do not, 1.76 is the first of the next two, 1.5 is better; then twice two more.
    expect(rates).toEqual([1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3]);
  });

  test('plateau with a relative threshold needs an improvement by that share of the best loss', () => {
    const rates = (thresholdMode: string) => {
      const schedule = scheduleFor(
        { type: 'plateau', factor: 0.25, patience: 1, threshold: 0.1, thresholdMode, minimum: 0 },
        1,
      );
      const state = fresh();
      return [5, 4.6, 4.4].map((loss) => {
        schedule.validated!(loss, state);
        return schedule.learningRate({ epoch: 1, step: 1, steps: 100 }, state);
      });
    };
    expect(rates('relative')).toEqual([1, 0.25, 0.25]);
    expect(rates('absolute')).toEqual([1, 1, 1]);
  });

  test('linear rises for warmupSteps, falls along a line to the minimum at decaySteps, and stays there', () => {
    const choice = { type: 'linear', warmupSteps: 20, minimum: 0.2, decaySteps: 60 } as const;
    const rates = [5, 20, 30, 50, 60, 99].map((step) => rateAt(choice, 1, { step }));
    [0.25, 1, 0.8, 0.4, 0.2, 0.2].forEach((rate, i) => void expect(rates[i]).toBeCloseTo(rate, 12));
    expect(rateAt({ ...choice, decaySteps: undefined }, 1, { step: 60 })).toBeCloseTo(0.6, 12);
  });

  test.each([
    ['linear', (x: number) => x],
    ['square-root', (x: number) => Math.sqrt(x)],
  ] as const)('warmup-stable-decay rises, stays, and falls in the last decayShare of the run: %s', (decayShape, share) => {
    const choice = { type: 'warmup-stable-decay', warmupSteps: 10, decayShare: 0.25, decayShape, minimum: 0.1 } as const;
    const rate = (step: number, steps = 100) => rateAt(choice, 2, { step, steps });
    expect(rate(4)).toBeCloseTo(0.8, 12);
    expect([10, 11, 50, 75].map((step) => rate(step))).toEqual([2, 2, 2, 2]);
    for (const step of [76, 80, 99]) expect(rate(step), String(step)).toBeCloseTo(2 - 1.9 * share((step - 75) / 25), 12);
    expect(rate(100)).toBeCloseTo(0.1, 12);
    expect(rate(80, 200)).toBe(2);
  });

  test('warmup-stable-decay begins its descent after the warm-up, however large decayShare is', () => {
    const choice = { type: 'warmup-stable-decay', warmupSteps: 60, decayShare: 0.8, decayShape: 'linear', minimum: 0 } as const;
    expect([60, 80, 100].map((step) => rateAt(choice, 1, { step }))).toEqual([1, 0.5, 0]);
  });

  test('one-cycle rises to the full rate in riseShare of the run, and falls below the first rate', () => {
    const choice = { type: 'one-cycle', riseShare: 0.5, startDivisor: 4, endDivisor: 10, curve: 'linear' } as const;
    const rates = [1, 3, 5, 10].map((step) => rateAt(choice, 1, { step, steps: 10 }));
    [0.25, 0.625, 1, 0.025].forEach((rate, i) => void expect(rates[i]).toBeCloseTo(rate, 12));
    expect(rateAt(choice, 1, { step: 2, steps: 2 })).toBeCloseTo(0.025, 12);
    expect(rateAt(choice, 1, { step: 1, steps: 1 })).toBe(1);
  });

  test('inverse-square-root rises for warmupSteps and falls with the square root of the step', () => {
    const rates = [50, 100, 400, 900].map((step) => rateAt({ type: 'inverse-square-root', warmupSteps: 100 }, 1, { step }));
    expect(rates).toEqual([0.5, 1, 0.5, 1 / 3]);
  });

  test('cosine-restarts falls half a cosine in each period, after a warm-up', () => {
    const choice = { type: 'cosine-restarts', periodSteps: 4, periodFactor: 1.5, minimum: 0.2, warmupSteps: 2 } as const;
    const rate = (step: number) => rateAt(choice, 1, { step });
    expect([1, 2, 3, 7, 13].map(rate)).toEqual([0.5, 1, 1, 1, 1]);
    expect(rate(5)).toBeCloseTo(0.6, 12);
    expect(rate(10)).toBeCloseTo(0.6, 12);
    expect(rate(14)).toBeCloseTo(0.2 + 0.4 * (1 + Math.cos(Math.PI / 9)), 12);
  });
});

/** Rates of torch.optim.lr_scheduler, written by test/golden/schedules.py. */
interface TorchRates {
  readonly schedule: ScheduleChoice;
  readonly base: number;
  readonly steps: number;
  readonly rates: readonly number[];
  /** Validation losses, each before the rate of the same place. */
  readonly losses?: readonly number[];
}

const torchRates: TorchRates[] = JSON.parse(readFileSync(new URL('../golden/schedules.json', import.meta.url), 'utf8'));

test.each(torchRates)('PyTorch has the same rates: $schedule', ({ schedule: choice, base, steps, rates, losses }) => {
  const schedule = scheduleFor(choice, base);
  const state = fresh();
  expect(rates).toHaveLength(steps);
  rates.forEach((rate, i) => {
    if (losses) schedule.validated!(losses[i]!, state);
    expect(Math.abs(schedule.learningRate({ epoch: 1, step: i + 1, steps }, state) - rate), String(i)).toBeLessThan(1e-12);
  });
});
