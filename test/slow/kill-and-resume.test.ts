import { test } from 'vitest';
import { expectKillsToLeaveNoTrace } from '../train/killed-run.js';

test('killed 20 times at random steps and resumed, a run ends with the bits of an uninterrupted one', async () => {
  await expectKillsToLeaveNoTrace(20);
});
