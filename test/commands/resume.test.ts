/** A command that resumes a run with another length; test/train/resume.test.ts tests every case. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal } from './expect-refusal.js';
import { textloom } from './textloom.js';
import { createWorkplace } from './workplace.js';

const { folder, remove } = createWorkplace();
afterAll(remove);

const RATE = 0.5;
/** The rate of a descent without warm-up and with the minimum 0 after the share x of it. */
const descent = (x: number) => (RATE * (1 + Math.cos(Math.PI * x))) / 2;
const settings = (...changes: string[]) => changes.flatMap((change) => ['--set', change]);

/** A run of 6 steps under a cosine schedule, resumed with other settings; the original is left as it is. */
async function resume(name: string, ...changes: string[]) {
  cpSync(join(folder, 'runs/small'), join(folder, name), { recursive: true });
  const outcome = await textloom(['train', name, '--resume', '--json', ...settings(...changes)], folder);
  const events = outcome.stdout.split('\n').filter((line) => line.includes('"type":"step"'));
  return { outcome, rates: events.map((line) => JSON.parse(line).learningRate as number) };
}

describe.concurrent('a run that is resumed with another length', () => {
  beforeAll(async () => {
    const outcome = await textloom(['train', 'small.yaml', '--quiet', ...settings('training.schedule.type=cosine')], folder);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
  });

  it('is refused when it has made more steps already, and its config is not changed', async () => {
    const { outcome } = await resume('fewer-steps', 'training.steps=5');
    expectRefusal(outcome, { code: 2, says: ['training.steps is 5', 'has made 6 steps', 'training.steps to at least 6'] });
    expect(readFileSync(join(folder, 'fewer-steps/config.yaml'), 'utf8')).toContain('  steps: 6\n');
  });

  it('says that the cosine schedule ends later, and which keys keep the former decay', async () => {
    const { outcome, rates } = await resume('longer', 'training.steps=12');
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain('now ends at step 12, not 6: the learning rate of step 7 is 0.185, not 0.');
    expect(outcome.stderr).toContain('training.schedule.decaySteps=6');
    expect(rates).toHaveLength(6);
    rates.forEach((rate, i) => void expect(rate).toBeCloseTo(descent((7 + i) / 12), 12));
  });
});
