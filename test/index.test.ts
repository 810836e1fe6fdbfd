import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import {
  createGenerator,
  createTypedArrayEngine,
  evaluateBaselines,
  evaluateDynamically,
  evaluatePerplexity,
  evaluateWithCache,
  exportOnnx,
  type GenerationOptions,
  loadConfig,
  measureEffectiveContext,
  openExport,
  openModel,
  runTraining,
  type TrainingEvent,
  type TrainingOptions,
  UserError,
} from '../src/index.js';
import { createWorkplace } from './commands/workplace.js';
import { randomModel } from './sample/trained-model.js';

const usageError = (message: string) => expect.objectContaining({ kind: 'usage', message: expect.stringContaining(message) });

describe('the library', () => {
  it('trains, opens, samples and evaluates', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const events: TrainingEvent[] = [];
    const end = await runTraining({
      config: loadConfig(`${folder}/small.yaml`),
      directory: `${folder}/run`,
      start: 'new',
      threads: 1,
      onEvent: (event) => events.push(event),
    });
    expect(events.at(-1)).toEqual(end);
    expect(end.reason).toBe('completed');

    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    onTestFinished(() => engine.close());
    const model = openModel(`${folder}/run`, engine);
    const generator = createGenerator({ model, engine });
    let text = '';
    for await (const piece of generator.generate(await generator.read('The fox'), { maximumTokens: 20, seed: 1 }))
      text += piece;
    expect(text).toHaveLength(20);

    const { perplexity, tokens } = await evaluatePerplexity({ model, engine, tokens: model.tokenizer.encode('The crow.\n') });
    expect(tokens).toBe(9);
    expect(perplexity).toBeGreaterThan(1);
    expect(perplexity).toBeLessThan(30);
  });

  it('trains a config as a user writes it, with defaults for absent keys', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const corpus = { path: `${folder}/corpus.txt` };
    const training = { steps: 2, batchSize: 4, sequenceLength: 8 };
    const config = { corpus, training, model: { hiddenSize: 8 }, output: `${folder}/made` } as const;
    expect(await runTraining({ config })).toMatchObject({ reason: 'completed', step: 2 });
    expect(existsSync(`${folder}/made/model.safetensors`)).toBe(true);
  });

  const config = { corpus: { path: 'corpus.txt' }, training: { epochs: 1 } } as const;
  it.each<[string, object, string]>([
    ['no config', {}, 'config is not given: an object is expected'],
    ['a config with an unknown key', { config: { ...config, sed: 1 } }, 'sed is not a key (did you mean seed?)'],
    ['another start', { config, start: 'sideways' }, 'start is "sideways": one of new, resume, overwrite is expected'],
    ['no threads', { config, threads: 0 }, 'threads is 0: a whole number at least 1 and at most 1024 is expected'],
    ['threads as a text', { config, threads: '2' }, 'threads is "2": a whole number'],
    ['an empty directory', { config, directory: '' }, 'directory is empty'],
    ['a clock that is none', { config, wallTime: 0 }, 'wallTime is 0: a function is expected'],
    ['a listener that is none', { config, onEvent: 'log' }, 'onEvent is "log": a function is expected'],
  ])('refuses to train with %s', async (_, options, message) => {
    await expect(runTraining(options as TrainingOptions)).rejects.toThrow(usageError(message));
  });

  describe('of a model', () => {
    const engine = createTypedArrayEngine();
    const other = createTypedArrayEngine();
    const model = randomModel(engine);
    const V = model.options.vocabularySize;
    const generator = createGenerator({ model, engine });
    afterAll(() => {
      engine.close();
      other.close();
    });

    it('writes the default number of tokens', async () => {
      let text = '';
      for await (const piece of generator.generate(await generator.read('the '))) text += piece;
      expect(text).toHaveLength(500);
    });

    it.each<[object, string]>([
      [{ maximumTokens: '5' }, 'maximumTokens is "5": a whole number at least 1 is expected'],
      [{ maximumTokens: 0 }, 'maximumTokens is 0'],
      [{ maximumTokens: Number.POSITIVE_INFINITY }, 'at most 9007199254740991'],
      [{ temperature: -1 }, 'temperature is -1: a number at least 0 is expected'],
      [{ temperature: Number.NaN }, 'temperature is NaN'],
      [{ topK: 1.5 }, 'topK is 1.5: a whole number at least 1'],
      [{ topP: 2 }, 'topP is 2: a number above 0 and at most 1'],
      [{ repetitionPenalty: 'much' }, 'repetitionPenalty is "much"'],
      [{ seed: -1 }, 'seed is -1'],
      [{ stop: 'x' }, 'stop is not a list of texts'],
      [{ endToken: V }, `endToken is ${V}: a whole number at least 0 and at most ${V - 1}`],
      [{ onToken: 1 }, 'onToken is 1: a function is expected'],
      [{ minimumTokens: 9, maximumTokens: 5 }, 'minimumTokens is 9'],
    ])('refuses to generate with %j', async (options, message) => {
      const text = generator.generate(await generator.read('the '), options as GenerationOptions);
      await expect(text.next()).rejects.toThrow(usageError(message));
    });

    it('refuses a prompt that another model has read', async () => {
      const wide = createGenerator({ model: randomModel(engine, { hiddenSize: 16 }), engine });
      const prompt = await wide.read('the ');
      await expect(generator.generate(prompt).next()).rejects.toThrow(usageError('the prompt was not read by this model'));
      await expect(generator.read(5 as unknown as string)).rejects.toThrow(usageError('the prompt is 5: a string is expected'));
    });

    it('refuses to compute with an engine whose memory does not contain the model', async () => {
      const message = 'is in the memory of another engine: open the model on the engine that computes with it';
      expect(() => createGenerator({ model, engine: other })).toThrow(usageError(message));
      const tokens = model.tokenizer.encode('the fox');
      await expect(evaluatePerplexity({ model, engine: other, tokens })).rejects.toThrow(usageError(message));
    });

    it.each([-1, V, 2_000_000])('refuses token %i, which the vocabulary does not have', async (id) => {
      const tokens = Int32Array.of(1, 2, id, 3);
      const refusal = expect.objectContaining({ kind: 'data', message: expect.stringContaining(`id ${id} at 2`) });
      const options = { model, engine, tokens };
      await expect(evaluatePerplexity(options)).rejects.toThrow(refusal);
      const source = { length: 4, read: (start: number, target: Int32Array) => target.set(tokens.subarray(start)) };
      await expect(evaluatePerplexity({ ...options, tokens: source })).rejects.toThrow(refusal);
      const cache = { size: 5, flatness: 1, interpolation: 0.1 };
      await expect(evaluateWithCache({ ...options, ...cache })).rejects.toThrow(refusal);
      const dynamic = { rule: { type: 'sgd' }, learningRate: 0.1, decay: 0, windowLength: 5 } as const;
      await expect(evaluateDynamically({ ...options, ...dynamic })).rejects.toThrow(refusal);
      await expect(measureEffectiveContext({ ...options, longest: 4, positions: 2 })).rejects.toThrow(refusal);
      expect(() => evaluateBaselines({ train: tokens, tokens, vocabularySize: V, order: 2 })).toThrow(refusal);
      expect(() => model.tokenizer.decode([id])).toThrow(expect.objectContaining({ kind: 'data' }));
    });

    it('refuses an engine of several shards for a text, and impossible options of an engine', () => {
      const two = createTypedArrayEngine({ shards: 2, threads: 2 });
      expect(() => createGenerator({ model: randomModel(two), engine: two })).toThrow(usageError('one shard'));
      two.close();
      expect(() => createTypedArrayEngine({ shards: 0 })).toThrow(usageError('shards is 0'));
      expect(() => createTypedArrayEngine({ threads: 0 })).toThrow(usageError('threads is 0'));
    });

    it('refuses to use a closed engine, which may be closed again', async () => {
      const own = createTypedArrayEngine({ shards: 2, threads: 2 });
      const opened = randomModel(own);
      own.close();
      own.close();
      const tokens = opened.tokenizer.encode('the fox');
      await expect(evaluatePerplexity({ model: opened, engine: own, tokens })).rejects.toThrow(
        usageError('the engine is closed'),
      );
    });

    it('closes an exported model twice, and refuses to run it then', async ({ onTestFinished }) => {
      const { folder, remove } = createWorkplace();
      onTestFinished(remove);
      const path = `${folder}/model.onnx`;
      await exportOnnx({ model, engine, path, form: 'auto', precision: 'float32', verify: false, threads: 1 });
      const exported = await openExport(path);
      const options = { model: exported, engine, tokens: model.tokenizer.encode('the fox') };
      const plain = await evaluatePerplexity({ ...options, model });
      expect((await evaluatePerplexity(options)).nats).toBeCloseTo(plain.nats, 4);
      await exported.close();
      await exported.close();
      await expect(evaluatePerplexity(options)).rejects.toThrow(usageError('the exported model is closed'));
    });
  });

  it('throws a UserError with its exit code for errors that a user can correct', () => {
    expect(() => loadConfig('nowhere.yaml')).toThrow(UserError);
    expect(() => loadConfig('nowhere.yaml')).toThrow(expect.objectContaining({ kind: 'usage', exitCode: 2 }));
  });
});
