/** The ends and the beginnings of runs, in this process; test/commands shows them as users see them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ResolvedConfig } from '../../src/config/types.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { evaluatePerplexity } from '../../src/evaluate/perplexity.js';
import { modelOptions } from '../../src/model/specification.js';
import { readModelFile } from '../../src/run/model-file.js';
import { modelSections, modelTokenizer } from '../../src/run/model-sections.js';
import { openModel } from '../../src/run/open-model.js';
import { listCheckpoints, runLayout } from '../../src/run/run-directory.js';
import { withDigests } from '../../src/train/recorded-digests.js';
import { measureStepSpeed, median } from '../../src/train/step-speed.js';
import { loadTrainingData } from '../../src/train/training-data.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { userErrorOf } from '../foundation/thrown.js';
import { smallConfig, train } from './run-fixture.js';

const endOf = (events: Awaited<ReturnType<typeof train>>) => events.find((event) => event.type === 'end')!;

describe('the end of a run', () => {
  it('has the losses of the best model over validation and test text as one stream', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { epochs: 1 });
    const directory = join(folder, 'run');
    const end = endOf(await train(config, directory));
    const { validation, test } = await loadTrainingData(config);
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const model = openModel(join(directory, 'model.safetensors'), engine);
    const exact = async (tokens: typeof test) => (await evaluatePerplexity({ model, engine, tokens: tokens! })).natsPerToken;
    expect(end.baselines).toBeDefined();
    expect(end.validationLoss).toBe(await exact(validation));
    expect(end.testLoss).toBe(await exact(test));
    expect(end.lossOfChance).toBe(Math.log(model.tokenizer.vocabulary.size));
    engine.close();
    expect(readModelFile(join(directory, 'model.safetensors')).training).toMatchObject({
      step: end.bestStep,
      epoch: 1,
      validationLoss: end.bestValidationLoss,
      validationStep: end.bestStep,
      splitDigests: { train: expect.any(String), validation: expect.any(String), test: expect.any(String) },
    });
  });

  it('that is interrupted has neither, nor a model before the first validation', async () => {
    const folder = temporaryFolder();
    let left = 3;
    const end = endOf(await train(smallConfig(folder), join(folder, 'run'), { stopRequested: () => left-- === 0 }));
    expect(end).toMatchObject({ reason: 'interrupted', step: 3 });
    for (const key of ['validationLoss', 'testLoss', 'baselines', 'model', 'bestStep']) expect(end).not.toHaveProperty(key);
  });

  it('that is interrupted after a validation names the best model and its loss, but compares them with nothing', async () => {
    const folder = temporaryFolder();
    const directory = join(folder, 'run');
    let left = 9;
    const end = endOf(await train(smallConfig(folder), directory, { stopRequested: () => left-- === 0 }));
    expect(end).toMatchObject({ reason: 'interrupted', step: 9, bestStep: 7, model: runLayout(directory).model });
    expect(end.bestValidationLoss).toBeGreaterThan(0);
    for (const key of ['validationLoss', 'testLoss', 'baselines', 'validationFailure', 'testFailure'])
      expect(end).not.toHaveProperty(key);
  });

  it('without a validation text has the last model and its loss on the test text', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { steps: 3 });
    const directory = join(folder, 'run');
    const split = { train: 0.9, validation: 0, test: 0.1 };
    const end = endOf(await train({ ...config, corpus: { ...config.corpus, split } } as ResolvedConfig, directory));
    expect(end).toMatchObject({ reason: 'completed', step: 3, model: runLayout(directory).model });
    expect(end.testLoss).toBeGreaterThan(0);
    for (const key of ['bestValidationLoss', 'bestStep', 'validationLoss', 'validationFailure', 'baselines'])
      expect(end).not.toHaveProperty(key);
    expect(readModelFile(runLayout(directory).model).training).toMatchObject({ step: 3 });
  });

  it('without a test text has no loss on it', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { steps: 3 });
    const split = { train: 0.9, validation: 0.1, test: 0 };
    const end = endOf(await train({ ...config, corpus: { ...config.corpus, split } } as ResolvedConfig, join(folder, 'run')));
    expect(end.validationLoss).toBeGreaterThan(0);
    for (const key of ['testLoss', 'testFailure', 'validationFailure', 'validationFloor', 'sequences'])
      expect(end).not.toHaveProperty(key);
  });

  it('says from which token on a model has no loss that is a number', async () => {
    const folder = temporaryFolder();
    // The state grows in each step: as one stream a text is long enough to overflow, as eight streams it is not.
    const model = { cell: { type: 'rnn', nonlinearity: 'relu' }, layers: 1, initialization: { type: 'uniform', range: 2 } };
    const settings = { steps: 1, optimizer: { type: 'sgd', learningRate: 1e-30 } };
    const end = endOf(await train(smallConfig(folder, settings, model), join(folder, 'run')));
    expect(end.bestValidationLoss).toBeGreaterThan(0);
    for (const failure of [end.validationFailure, end.testFailure]) {
      const [, token] = /^not a number from token (\d+) on: \S/.exec(failure!)!;
      expect(Number(token)).toBeGreaterThan(30);
    }
    for (const key of ['validationLoss', 'testLoss']) expect(end).not.toHaveProperty(key);
  });

  it('says that a test text of one token is not predicted', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { epochs: 1 });
    const split = { train: 0.8998, validation: 0.1, test: 0.0002 };
    const end = endOf(
      await train(
        { ...config, corpus: { ...config.corpus, split, boundary: 'character' } } as ResolvedConfig,
        join(folder, 'run'),
      ),
    );
    expect(end.testFailure).toBe('not known: the text has 1 token, which is not predicted');
    expect(end).not.toHaveProperty('testLoss');
  });
});

describe('a run', () => {
  it('does not begin in a directory that has one, and leaves that as it was', async () => {
    const folder = temporaryFolder();
    const directory = join(folder, 'run');
    const config = smallConfig(folder, { epochs: 1 });
    await train(config, directory);
    const before = readFileSync(runLayout(directory).metrics);
    await expect(train(config, directory)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/already contains a run: continue it with --resume, replace it with --overwrite/),
    });
    expect(readFileSync(runLayout(directory).metrics)).toEqual(before);
    await train(config, directory, { start: 'overwrite' });
  });

  it('has its sections read from its files, but not from a damaged one', async () => {
    const folder = temporaryFolder();
    const directory = join(folder, 'run');
    await train(smallConfig(folder, { epochs: 1 }), directory);
    const [checkpoint] = listCheckpoints(runLayout(directory).checkpoints);
    expect(modelTokenizer(checkpoint!.path).type).toBe('character');
    expect(modelSections(directory)).toMatchObject({
      tokenizer: { type: 'character' },
      model: { layers: [{ type: 'lstm' }, {}] },
    });
    const bytes = readFileSync(checkpoint!.path);
    bytes[bytes.length - 3]! ^= 1;
    const damaged = join(folder, 'damaged.safetensors');
    writeFileSync(damaged, bytes);
    expect(userErrorOf(() => modelTokenizer(damaged)).message).toContain('does not match the SHA-256 written in it');
  });
});

it('the median of an even number of values is the lower of the middle two', () => {
  expect([median([3, 1, 10, 2]), median([5]), median([9, 7, 8])]).toEqual([2, 5, 8]);
});

it('the speed of a step is measured over seven steps, or fewer that take 1.5 seconds, after the first 0.15', async () => {
  const config = smallConfig(temporaryFolder());
  const engine = createTypedArrayEngine({ shards: 4, threads: 1 });
  const model = modelOptions(config.model, 20, 'the test');
  const tokens = config.training.batchSize * config.training.sequenceLength;
  const measured = async (seconds: number) => {
    let [clock, reads] = [0, 0];
    const now = () => {
      reads++;
      clock += reads % 2 === 0 ? seconds : 0;
      return clock;
    };
    return { speed: await measureStepSpeed({ engine, config, model, now }), steps: reads / 2 };
  };
  const [quick, slow] = [await measured(1 / 1024), await measured(2)];
  expect([quick.speed, quick.steps]).toEqual([tokens * 1024, Math.ceil(0.15 * 1024) + 7]);
  expect([slow.speed, slow.steps]).toEqual([tokens / 2, 2]);
  engine.close();
});

describe('the digest of a file that a run begins with', () => {
  it('is added to the config once, and only where there is such a file', () => {
    const plain = smallConfig(temporaryFolder());
    const config = {
      ...plain,
      training: { ...plain.training, from: { path: 'a.safetensors', vocabulary: 'keep' } },
    } as ResolvedConfig;

    expect(withDigests(config, { from: 'abc' }).training.from).toMatchObject({ path: 'a.safetensors', sha256: 'abc' });
    expect(withDigests(withDigests(config, { from: 'abc' }), { from: 'xyz' }).training.from).toMatchObject({ sha256: 'abc' });
    expect(withDigests(config, {}).training.from).not.toHaveProperty('sha256');
    expect(withDigests(withDigests(config, { from: 'abc' }), {}).training.from).toMatchObject({ sha256: 'abc' });
    expect(withDigests(plain, { from: 'abc', vectors: 'def' })).toEqual(plain);
  });
});
