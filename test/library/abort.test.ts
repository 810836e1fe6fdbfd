import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type Abortable,
  createBatchGenerator,
  createBeamSearch,
  createGenerator,
  createTypedArrayEngine,
  evaluateBothContexts,
  evaluateDynamically,
  evaluatePerplexity,
  evaluateWithCache,
  exportContextualVectors,
  exportHtml,
  exportOnnx,
  fillBlanks,
  measureEffectiveContext,
  type OpenedModel,
  openModel,
  runTraining,
  sampleTokens,
  type TrainingEvent,
  trainingEvents,
} from '../../src/index.js';
import { memoryTokenSource } from '../../src/text/batches.js';
import { trainOnText } from '../../src/train/text-training.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { randomModel, words, writeRandomModel } from '../sample/trained-model.js';
import { resultOf, smallConfig, smallText, train } from '../train/run-fixture.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const model = openModel(writeRandomModel(folder, { tokenizer: words, hiddenSize: 12, range: 0.8 }), engine);
const both = randomModel(engine, {
  tokenizer: words,
  model: { bidirectional: true, layers: 1, hiddenSize: 8 },
}) as OpenedModel & { backward: OpenedModel };
const generator = createGenerator({ model, engine });
const V = words.tokens.length;
const tokensOf = (length: number) => Int32Array.from({ length }, (_, i) => (i * i + 3 * i) % V);
const sentence = (length: number) => Array.from(tokensOf(length), (id) => words.tokens[2 + (id % (V - 2))]).join(' ');
const documents = memoryTokenSource(
  tokensOf(3000),
  Uint8Array.from({ length: 3000 }, (_, i) => (i % 5 === 0 ? 1 : 0)),
);
const start = await generator.read('the fox');

async function written(options: Abortable) {
  let text = '';
  for await (const piece of generator.generate(start, { maximumTokens: 40, seed: 3, ...options })) text += piece;
  return text;
}

async function writtenTogether(options: Abortable) {
  const texts = ['', ''];
  const batch = createBatchGenerator({ model, engine, generator }, 2);
  const task = { prompt: start, options: { maximumTokens: 40, seed: 3 } };
  const text = (place: number, piece: string) => {
    texts[place] += piece;
    return true;
  };
  await batch.write([task, task], { text, end: () => true }, options);
  return texts;
}

const dynamic = { learningRate: 0.01, decay: 0, windowLength: 5 };
const cache = { size: 50, flatness: 0.5, interpolation: 0.2, sequenceLength: 8 };

/** Work of some ten turns of the event loop at least. */
const works: [string, (options: Abortable) => Promise<unknown>][] = [
  ['reading a prompt', (options) => generator.read(sentence(60), undefined, options)],
  ['reading a long prompt', (options) => generator.read(sentence(600), undefined, options)],
  ['a text', written],
  ['reading a batch', (options) => createBatchGenerator({ model, engine, generator }, 2).read([sentence(60)], options)],
  ['a batch', writtenTogether],
  ['beam search', (options) => createBeamSearch({ model, engine }, { beams: 2, maximumTokens: 30 })(start, options)],
  ['sampled tokens', (options) => sampleTokens({ model, engine, texts: 2, length: 40, seed: 1, ...options })],
  ['filling blanks', (options) => fillBlanks('the ___{3} to ___{2} cheese', { model: both, engine, ...options })],
  ['a short text', (options) => evaluatePerplexity({ model, engine, tokens: tokensOf(2000), ...options })],
  ['streams', (options) => evaluatePerplexity({ model, engine, tokens: tokensOf(30_000), ...options })],
  ['documents', (options) => evaluatePerplexity({ model, engine, tokens: documents, ...options })],
  ['a cache', (options) => evaluateWithCache({ model, engine, tokens: tokensOf(400), ...cache, ...options })],
  [
    'dynamic evaluation',
    (options) => evaluateDynamically({ model, engine, tokens: tokensOf(400), rule: { type: 'sgd' }, ...dynamic, ...options }),
  ],
  [
    'statistics of gradients',
    (options) =>
      evaluateDynamically({
        model,
        engine,
        tokens: tokensOf(11),
        rule: { type: 'rms', train: memoryTokenSource(tokensOf(400)) },
        ...dynamic,
        ...options,
      }),
  ],
  [
    'both contexts',
    (options) => evaluateBothContexts({ forward: both, backward: both.backward, engine, tokens: tokensOf(1500), ...options }),
  ],
  [
    'effective context',
    (options) => measureEffectiveContext({ model, engine, tokens: tokensOf(900), longest: 64, positions: 300, ...options }),
  ],
  [
    'contextual vectors',
    (options) =>
      exportContextualVectors({
        model,
        engine,
        lines: [sentence(300)],
        words: ['crow'],
        path: join(folder, 'vectors.txt'),
        ...options,
      }),
  ],
  [
    'a page',
    (options) =>
      exportHtml({
        model,
        engine,
        title: 'Fox',
        weights: 'int8',
        tokens: tokensOf(2000),
        path: join(folder, 'page.html'),
        ...options,
      }),
  ],
  [
    'ONNX',
    (options) =>
      exportOnnx({
        model,
        engine,
        form: 'auto',
        precision: 'float32',
        verify: true,
        threads: 1,
        path: join(folder, 'model.onnx'),
        ...options,
      }),
  ],
];

const turn = () => new Promise((resolve) => void setImmediate(resolve));

describe.each(works)('a signal ends %s', (_, work) => {
  it('before it begins', async () => {
    const reason = new Error('not now');
    await expect((async () => work({ signal: AbortSignal.abort(reason) }))()).rejects.toBe(reason);
  });

  it('in the middle, and leaves nothing behind that changes the next result', async () => {
    const expected = await work({});
    const controller = new AbortController();
    const reason = new Error('enough');
    const begun = work({ signal: controller.signal });
    begun.catch(() => {});
    for (let i = 0; i < 3; i++) await turn();
    controller.abort(reason);
    await expect(begun).rejects.toBe(reason);
    expect(await work({ signal: new AbortController().signal })).toEqual(expected);
  });
});

it('what is not a signal is refused', async () => {
  const signal = 'stop' as unknown as AbortSignal;
  await expect(generator.read('the', undefined, { signal })).rejects.toThrow('signal is "stop": an AbortSignal is expected');
});

describe('a signal ends a training', () => {
  const wallTime = () => 1_700_000_000;

  it('with a checkpoint, from which it goes on to the same bits', async () => {
    const config = smallConfig(temporaryFolder());
    const whole = join(temporaryFolder(), 'whole');
    await train(config, whole);
    const directory = join(temporaryFolder(), 'run');
    const controller = new AbortController();
    const reason = new Error('enough');
    const events: TrainingEvent[] = [];
    const onEvent = (event: TrainingEvent) => {
      events.push(event);
      if (event.type === 'step' && event.step >= 9) controller.abort(reason);
    };
    const options = { config, directory, threads: 1, wallTime };
    const training = runTraining({ ...options, onEvent, signal: controller.signal });
    await expect(training).rejects.toBe(reason);
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'interrupted' });
    await runTraining({ ...options, start: 'resume', signal: controller.signal }).then(
      () => expect.unreachable(),
      (error) => expect(error).toBe(reason),
    );
    await runTraining({ ...options, start: 'resume' });
    expect(resultOf(directory)).toEqual(resultOf(whole));
  });

  it('before it begins, without a run directory', async () => {
    const directory = join(temporaryFolder(), 'run');
    const config = smallConfig(temporaryFolder());
    await expect(runTraining({ config, directory, signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    expect(existsSync(directory)).toBe(false);
  });

  it('in memory', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const config = smallConfig(temporaryFolder());
    const onEvent = ({ type }: TrainingEvent) => {
      if (type === 'validation') controller.abort(reason);
    };
    const training = { config, text: smallText(2500), now: () => 0, onEvent, signal: controller.signal };
    await expect(trainOnText(training)).rejects.toBe(reason);
    await expect(trainOnText(training)).rejects.toBe(reason);
  });
});

describe('the events of a training, as an iterator', () => {
  const wallTime = () => 1_700_000_000;

  it('are those of its listener, in order', async () => {
    const config = smallConfig(temporaryFolder());
    const expected = await train(config, join(temporaryFolder(), 'run'));
    const found: TrainingEvent[] = [];
    for await (const event of trainingEvents({ config, directory: join(temporaryFolder(), 'run'), threads: 1, wallTime }))
      found.push(event);
    const withoutPlaces = (events: readonly TrainingEvent[]) =>
      events.map(({ type, ...rest }) => [type, (rest as { step?: number }).step]);
    expect(withoutPlaces(found)).toEqual(withoutPlaces(expected));
    expect(found.at(-1)).toMatchObject({ type: 'end', reason: 'completed' });
  });

  it('end the training with a checkpoint when a loop is left, which the training may be continued from', async () => {
    const config = smallConfig(temporaryFolder(), { epochs: 200 });
    const directory = join(temporaryFolder(), 'run');
    for await (const event of trainingEvents({ config, directory, threads: 1, wallTime })) {
      if (event.type === 'validation') break;
    }
    const events: TrainingEvent[] = [];
    const onEvent = (event: TrainingEvent) => {
      events.push(event);
    };
    await runTraining({ config, directory, start: 'resume', threads: 1, wallTime, onEvent, stopRequested: () => true });
    const { step } = events[0] as { step: number };
    expect(step).toBeGreaterThan(0);
    expect(step).toBeLessThan(200 * 12);
  });

  it('come before the error of the training', async () => {
    const training = { optimizer: { type: 'sgd', learningRate: 1000 }, clipping: { type: 'none' } } as const;
    const config = smallConfig(temporaryFolder(), training, { cell: { type: 'rnn', nonlinearity: 'relu' } });
    const found: string[] = [];
    const read = async () => {
      for await (const { type } of trainingEvents({ config, directory: join(temporaryFolder(), 'run'), threads: 1, wallTime }))
        found.push(type);
    };
    await expect(read()).rejects.toThrow('diverged');
    expect(found[0]).toBe('start');
  });
});
