import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

describe.concurrent('textloom train --find-rate', () => {
  it('shows a plot of the losses and a rate with the reason for it, and writes nothing', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await textloom(['train', 'small.yaml', '--find-rate'], folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('Smoothed loss in nats per token, by learning rate');
    expect(lines.filter((line) => /[▁▂▃▄▅▆▇█]/.test(line))).toHaveLength(10);
    expect(lines[12]).toMatch(/^ {9}0\.0005 +[\d.]+$/);
    expect(stdout.replace(/\n/g, ' ')).toMatch(
      /Proposal: training\.optimizer\.learningRate [\d.]+ \(the config has 0\.5\)\. It is a tenth of/,
    );
    expect(readdirSync(folder)).toEqual(before);
  });

  it('--json raises the rate by the same factor at each step until the loss diverges, the same at each call', async ({
    onTestFinished,
  }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const run = () => textloom(['train', 'small.yaml', '--find-rate', '--json'], folder);
    const [first, second] = [await run(), await run()];
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(second.stdout).toBe(first.stdout);
    const { points, end, lowestAt, proposal, configured } = JSON.parse(first.stdout);
    expect(configured).toBe(0.5);
    expect(points[0].learningRate).toBeCloseTo(0.0005, 12);
    for (const [i, { learningRate }] of points.entries())
      expect(learningRate / points[0].learningRate / 10 ** ((6 * i) / 299)).toBeCloseTo(1, 9);
    const losses: number[] = points.map(({ loss }: { loss: number }) => loss);
    const start = losses.slice(0, 10).reduce((sum, loss) => sum + loss, 0) / 10;
    if (end === 'diverged') {
      expect(points.length).toBeLessThan(300);
      expect(points.at(-1).smoothedLoss).toBeGreaterThan(1.1 * start);
    } else expect(points).toHaveLength(300);
    expect(Math.min(...points.map(({ smoothedLoss }: { smoothedLoss: number }) => smoothedLoss))).toBeLessThan(start);
    expect(proposal).toBe(Number((lowestAt / 10).toPrecision(2)));
  });

  it('says that there is no proposal where the loss does not fall', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const set = ['--set', 'training.optimizer.learningRate=1e-9'];
    const { code, stdout } = await textloom(['train', 'small.yaml', '--find-rate', ...set], folder);
    expect(code).toBe(0);
    expect(stdout.replace(/\n/g, ' ')).toContain('The loss did not fall at any rate, so there is no proposal');
  });

  it.each(['--resume', '--overwrite', '--quiet', '--dry-run', '--skip-final', '--budget=1h'])(
    'is refused with %s',
    async (given) => {
      const [flag] = given.split('=');
      const { folder, remove } = createWorkplace();
      try {
        const outcome = await textloom(['train', 'small.yaml', '--find-rate', given], folder);
        expectRefusal(outcome, { code: 2, says: [`--find-rate and ${flag}`, `leave ${flag} out`] });
      } finally {
        remove();
      }
    },
  );
});
