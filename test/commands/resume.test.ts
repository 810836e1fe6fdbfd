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

  it('is refused when it has made more epochs already', async () => {
    const epochs = (count: number) => settings('training.steps=null', `training.epochs=${count}`, 'training.sequenceLength=64');
    await textloom(['train', 'small.yaml', '--quiet', '--output', 'epochs', ...epochs(2)], folder);
    const outcome = await textloom(['train', 'epochs', '--resume', ...settings('training.epochs=1')], folder);
    expectRefusal(outcome, { code: 2, says: ['training.epochs is 1', 'after step 10,', 'training.epochs to at least 2'] });
  });

  it('says that the cosine schedule ends later, and which keys keep the former decay', async () => {
    const { outcome, rates } = await resume('longer', 'training.steps=12');
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain('now ends at step 12, not 6: the learning rate of step 7 is 0.185, not 0.');
    expect(outcome.stderr).toContain('training.schedule.decaySteps=6');
    expect(rates).toHaveLength(6);
    rates.forEach((rate, i) => void expect(rate).toBeCloseTo(descent((7 + i) / 12), 12));
  });

  it('names another schedule that ends later, and only the keys that it has', async () => {
    const linear = await resume('longer-linear', 'training.steps=12', 'training.schedule.type=linear');
    expect(linear.outcome.stderr).not.toContain('now ends at step');
    await textloom(
      ['train', 'small.yaml', '--quiet', '--output', 'cycle', ...settings('training.schedule.type=one-cycle')],
      folder,
    );
    const cycle = await textloom(['train', 'cycle', '--resume', ...settings('training.steps=12')], folder);
    expect(cycle.stderr).toContain('the one-cycle schedule now ends at step 12, not 6: the learning rate of step 7 is');
    expect(cycle.stderr).not.toContain('decaySteps');
  });

  it('stays at the minimum after decaySteps', async () => {
    const { outcome, rates } = await resume('held', 'training.steps=9', 'training.schedule.decaySteps=6');
    expect(outcome.stderr).not.toContain('now ends at step');
    expect(rates).toEqual([0, 0, 0]);
  });

  it('repeats the descent after decaySteps when it is to restart', async () => {
    const keys = ['training.schedule.decaySteps=6', 'training.schedule.afterDecay=restart'];
    const { rates } = await resume('restarted', 'training.steps=14', ...keys);
    const shares = [1, 2, 3, 4, 5, 6, 1, 2].map((step) => step / 6);
    expect(rates).toHaveLength(8);
    rates.forEach((rate, i) => void expect(rate).toBeCloseTo(descent(shares[i]!), 12));
  });
});
