import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const fables = 'The fox saw the crow.\nThe crow saw the fox.\n\n';

/** A relu network whose state grows by some percent with each token, and is hardly trained. */
const growing = `model: { cell: { type: rnn, nonlinearity: relu }, layers: 1, hiddenSize: 8, initialization: { type: uniform, range: 0.9 } }
training: { epochs: 1, batchSize: 16, sequenceLength: 16, optimizer: { type: sgd, learningRate: 1e-6 } }
`;

const settings = (...changes: string[]) => changes.flatMap((change) => ['--set', change]);

describe.concurrent('a training whose numbers become too large', () => {
  it('ends well when only the test text, read as one stream, makes the state overflow; also when it is resumed', async ({
    onTestFinished,
  }) => {
    const { folder, remove, write } = createWorkplace();
    onTestFinished(remove);
    write('short.txt', fables.repeat(20));
    write('also-short.txt', fables.repeat(20));
    write('long.txt', fables.repeat(400));
    write('growing.yaml', `corpus: { train: short.txt, validation: also-short.txt, test: long.txt }\n${growing}`);
    const { code, stderr } = await textloom(['train', 'growing.yaml'], folder);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /\ntest loss of this model: not a number from token \d+ on: the state of a relu network grows without bound,.*\nnow try: /,
    );
    const again = await textloom(['train', 'runs/growing', '--resume', '--json'], folder);
    expect(again.code).toBe(0);
    const end = JSON.parse(again.stdout.trimEnd().split('\n').at(-1)!);
    expect(end).toMatchObject({ type: 'end', reason: 'completed', testFailure: expect.stringContaining('not a number') });
    expect(end).not.toHaveProperty('testLoss');

    const evaluated = await textloom(['evaluate', 'runs/growing', '--split', 'test'], folder);
    expectRefusal(evaluated, { code: 4, says: ['not a number at token', 'state of a relu network grows without bound'] });
  });

  it('names the layer whose state overflows while the validation text is read', async ({ onTestFinished }) => {
    const { folder, remove, write } = createWorkplace();
    onTestFinished(remove);
    write('short.txt', fables.repeat(20));
    write('long.txt', fables.repeat(400));
    write('growing.yaml', `corpus: { train: short.txt, validation: long.txt }\n${growing}`);
    expectRefusal(await textloom(['train', 'growing.yaml'], folder), {
      code: 5,
      says: ['in the validation after step 4: the state of layer 1 (h.0) is not finite', 'nonlinearity to tanh'],
    });
  });

  it('advises to lower a penalty that multiplies the weights in each step', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const penalty = ['training.regularization.l2=1e6', 'training.optimizer.learningRate=0.01', 'training.validation=null'];
    const l2 = await textloom(['train', 'small.yaml', ...settings(...penalty)], folder);
    // 1 - 0.01 * 1e6
    expectRefusal(l2, { code: 5, says: ['training.regularization.l2 (1000000)', 'multiplies the weights by -9999'] });
    expect(l2.stderr).not.toContain('clip');
    const decay = ['training.optimizer={type: adamw, learningRate: 100, weightDecay: 10}', 'training.steps=50'];
    const adamw = await textloom(['train', 'small.yaml', ...settings(...decay), '--output', 'decay'], folder);
    expectRefusal(adamw, { code: 5, says: ['training.optimizer.weightDecay (10)', 'multiplies the weights by -999'] });
  });

  it('says that the last checkpoint is useless, and names the best model and an earlier checkpoint', async ({
    onTestFinished,
  }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    // Each step multiplies the weights by -2.
    const unstable = ['training.optimizer.learningRate=2', 'training.regularization.l2=1.5', 'training.steps=1000'];
    const often = ['training.validation.everySteps=1', 'training.checkpoints.everySteps=1'];
    const { code, stderr } = await textloom(['train', 'small.yaml', ...settings(...unstable, ...often)], folder);
    expect(code).toBe(5);
    expect(stderr).toMatch(/last checkpoint is \S+, training loss \S+: worse than a uniform guess \(2\.708\)/);
    const best = Math.min(...[...stderr.matchAll(/validation loss ([\d.]+)/g)].map(([, loss]) => Number(loss)));
    const [, model, , step] = /The best model is (\S+), validation loss (\S+) after step (\d+)\./.exec(stderr)!;
    expect(stderr).toContain(`step ${step}: validation loss ${best.toFixed(4)}`);
    const [, checkpoint] = /The last checkpoint up to that step is (\S+):/.exec(stderr)!;
    expect(checkpoint).toBe(`runs/small/checkpoints/step-${step!.padStart(8, '0')}.safetensors`);
    for (const path of [model, checkpoint]) expect(existsSync(join(folder, path!))).toBe(true);
  });

  it('says during the run that the loss stays far above that of the uniform distribution', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const wild = settings('training.optimizer={type: adam, learningRate: 1000}', 'training.steps=60');
    const { code, stdout } = await textloom(['train', 'small.yaml', '--json', ...wild], folder);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const warnings = events.filter(({ type }) => type === 'high-loss');
    expect(code).toBe(0);
    // The corpus has 15 characters.
    expect(warnings).toEqual([{ type: 'high-loss', step: 50, loss: expect.any(Number), lossOfChance: Math.log(15) }]);
    const losses = events.filter(({ type, step }) => type === 'step' && step > 40 && step <= 50).map(({ loss }) => loss);
    expect(warnings[0].loss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / 10, 6);
    expect(warnings[0].loss).toBeGreaterThan(3 * Math.log(15));
  });
});
