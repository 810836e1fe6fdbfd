import { test } from 'vitest';
import { expectKillsToLeaveNoTrace } from './killed-run.js';

test('killed 3 times at random steps and resumed, a run ends with the bits of an uninterrupted one', async () => {
  await expectKillsToLeaveNoTrace(3);
});
