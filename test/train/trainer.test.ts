import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../files/temporary-folder.js';
import { smallConfig, train } from './run-fixture.js';

/** The first step of a run whose objective has these terms. Its parameters are those that the seed draws. */
async function firstStep(objective?: Record<string, number>) {
  const folder = temporaryFolder();
  const config = smallConfig(folder, { epochs: 1, ...(objective && { objective }) });
  const events = await train(config, join(folder, 'run'));
  return events.find((event) => event.type === 'step')!;
}

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
