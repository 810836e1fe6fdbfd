import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TrainingEvent } from '../../src/train/events.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { smallConfig, train } from './run-fixture.js';

/** The first step of a run whose objective has these terms. Its parameters are those that the seed draws. */
async function firstStep(objective?: Record<string, number>) {
  const folder = temporaryFolder();
  const config = smallConfig(folder, { epochs: 1, ...(objective && { objective }) });
  const events = await train(config, join(folder, 'run'));
  return events.find((event) => event.type === 'step')!;
}

test('timers and signals are handled between steps, each time after 50 ms of computing', async () => {
  /** How often other tasks could run between the first and the last of 30 steps, on a clock that goes on whenever it is read. */
  const turns = async (seconds: number) => {
    let [count, time, going] = [0, 0, true];
    const turn = () => {
      count++;
      if (going) setImmediate(turn);
    };
    const counts: number[] = [];
    const onEvent = ({ type }: TrainingEvent) => void (type === 'step' && counts.push(count));
    const folder = temporaryFolder();
    const config = smallConfig(folder, { steps: 30 }, { layers: 1, hiddenSize: 4 });
    setImmediate(turn);
    await train(config, join(folder, 'run'), { now: () => (time += seconds), onEvent });
    going = false;
    return counts.at(-1)! - counts[0]!;
  };
  expect(await turns(0)).toBe(0);
  expect(await turns(0.06)).toBe(29);
  // Read once after a step, and once more after a turn: every fourth step.
  expect(await turns(0.013)).toBe(7);
});

test('a step reports the weighted terms of the objective by name, and the cross-entropy alone as its loss', async () => {
  const plain = await firstStep();
  const once = await firstStep({ activation: 0.5 });
  const twice = await firstStep({ activation: 1 });
  expect(plain).not.toHaveProperty('objective');
  expect(once.loss).toBeCloseTo(plain.loss, 5);
  expect(twice.loss).toBeCloseTo(plain.loss, 5);
  expect(Object.keys(once.objective!)).toEqual(['activation']);
  expect(once.objective!.activation).toBeGreaterThan(0);
  expect(twice.objective!.activation! / once.objective!.activation!).toBeCloseTo(2, 5);
});
