import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recordValidation, shouldStop, type ValidationRecord } from '../../src/train/early-stopping.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { smallConfig, train } from './run-fixture.js';

/** After how many of the validations training stops; undefined when it does not. */
function stopsAfter(losses: readonly number[], options: { patience: number; minimumImprovement: number }) {
  const record: ValidationRecord = { waited: 0 };
  const place = losses.findIndex((loss, i) => {
    recordValidation(record, loss, i + 1, options);
    return shouldStop(record, options);
  });
  return place < 0 ? undefined : place + 1;
}

describe('early stopping', () => {
  test('happens after patience consecutive validations without an improvement', () => {
    const losses = [3, 2, 2.5, 1.9, 2, 2, 2, 1];
    expect(stopsAfter(losses, { patience: 1, minimumImprovement: 0 })).toBe(3);
    expect(stopsAfter(losses, { patience: 2, minimumImprovement: 0 })).toBe(6);
    expect(stopsAfter(losses, { patience: 3, minimumImprovement: 0 })).toBe(7);
    expect(stopsAfter(losses, { patience: 4, minimumImprovement: 0 })).toBeUndefined();
  });

  test('counts a loss as an improvement when it is below the last improvement by more than minimumImprovement', () => {
    const slow = [3, 2.9, 2.8, 2.7, 2.6, 2.5];
    expect(stopsAfter(slow, { patience: 2, minimumImprovement: 0 })).toBeUndefined();
    expect(stopsAfter(slow, { patience: 2, minimumImprovement: 0.05 })).toBeUndefined();
    // 2.9 and 2.8 are not 0.25 better than 3; each alone would be, if every loss were compared with the one before it.
    expect(stopsAfter(slow, { patience: 2, minimumImprovement: 0.25 })).toBe(3);
    // 2.7 is, so that the count begins again.
    expect(stopsAfter(slow, { patience: 3, minimumImprovement: 0.25 })).toBeUndefined();
  });

  test('counts neither an equal loss nor one that is lower by exactly minimumImprovement as an improvement', () => {
    expect(stopsAfter([2, 2], { patience: 1, minimumImprovement: 0 })).toBe(2);
    expect(stopsAfter([3, 2.5], { patience: 1, minimumImprovement: 0.5 })).toBe(2);
    const record: ValidationRecord = { waited: 0 };
    expect([2, 2, 1.5].map((loss, i) => recordValidation(record, loss, i + 1))).toEqual([true, false, true]);
    recordValidation(record, 1.5, 4);
    expect(record).toMatchObject({ bestLoss: 1.5, bestStep: 3 });
  });

  test('ends a run, whose best model by validation may be later than its last improvement', async () => {
    const settings = { epochs: 20, validation: { everySteps: 2 } };
    const run = async (minimumImprovement: number) => {
      const folder = temporaryFolder();
      const config = smallConfig(folder, { ...settings, earlyStopping: { patience: 2, minimumImprovement } });
      return (await train(config, join(folder, 'run'))).at(-1)!;
    };
    expect(await run(100)).toMatchObject({ type: 'end', reason: 'early-stopping', step: 6, bestStep: 6 });
    expect(((await run(0)) as { step: number }).step).toBeGreaterThan(6);
  });
});
