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
});
