import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import type { Config, ResolvedConfig } from '../../src/config/types.js';
import type { Engine } from '../../src/engine/engine.js';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/onnxruntime-engine.js';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { evaluatePerplexity } from '../../src/evaluate/perplexity.js';
import { createStreamEvaluator } from '../../src/evaluate/stream-evaluator.js';
import { createRandom } from '../../src/foundation/random.js';
import { openModel } from '../../src/run/open-model.js';
import { createBatches, memoryTokenSource } from '../../src/text/batches.js';
import { createDocumentBatches } from '../../src/text/document-batches.js';
import type { EndEvent, StepEvent } from '../../src/train/events.js';
import { forecastTraining } from '../../src/train/forecast.js';
import { relativeError } from '../engine/model-fixture.js';
import { tokenLosses } from '../evaluate/token-losses.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { testSeed } from '../random-seed.js';
import { randomModel } from '../sample/trained-model.js';
import { writeFiles } from '../text/reading/files.js';
import { resultOf, train } from './run-fixture.js';
import { smallSession, V } from './small-session.js';

const END = 0;

const random = createRandom(testSeed);
const documents = [3, 1, 7, 2, 5, 5, 1, 9, 4, 3, 2].map((length) =>
  Int32Array.from({ length }, () => 1 + random.integer(V - 1)),
);
const ids = Int32Array.of(END, ...documents.flatMap((document) => [...document, END]));
const tokens = memoryTokenSource(
  ids,
  Uint8Array.from(ids, (id) => (id === END ? 1 : 0)),
);
const total = ids.length - 1;

/** Each document alone, from a zero state: the sums of losses, terms and gradients over all tokens, divided by their number. */
async function oneByOne() {
  const engine = createReferenceEngine();
  let [loss, activation] = [0, 0];
  let gradients: Float64Array | undefined;
  for (const document of documents) {
    const alone = Int32Array.of(END, ...document, END);
    const count = alone.length - 1;
    const own = smallSession(engine, createBatches({ tokens: alone, batchSize: 1, sequenceLength: count }), 1);
    const result = await own.differentiate(0, 1);
    loss += (result.loss * count) / total;
    activation += (result.terms.activation! * count) / total;
    gradients ??= new Float64Array(own.gradients.length);
    gradients = gradients.map((sum, i) => sum + (own.gradients[i]! * count) / total);
  }
  engine.close();
  return { loss, activation, gradients: gradients! };
}

const engines: [string, () => Engine | Promise<Engine>][] = [
  ['reference', () => createReferenceEngine({ shards: 2 })],
  ['typed-array', () => createTypedArrayEngine({ shards: 2, threads: 2 })],
  ['onnxruntime', () => createOnnxRuntimeEngine({ provider: 'cpu', threads: 1 })],
];

describe('documents in batches', () => {
  test.each(engines)('give loss and gradients of the documents one by one, whatever is masked: %s', async (_, create) => {
    const expected = await oneByOne();
    const engine = await create();
    for (const buckets of [1, 3]) {
      const options = { tokens, batchSize: 4, sequenceLength: 20, buckets, seed: 5, shards: engine.shards };
      const batches = createDocumentBatches(options);
      const own = smallSession(engine, batches, 4, { accumulation: batches.windows });
      for (const epoch of [1, 2]) {
        const result = await own.differentiate(0, 1, { epoch });
        expect(result).toMatchObject({ tokens: total, windows: batches.windows, relativeLength: expect.closeTo(1, 12) });
        expect(Math.abs(result.loss - expected.loss)).toBeLessThan(1e-6);
        expect(Math.abs(result.terms.activation! - expected.activation)).toBeLessThan(1e-6);
        expect(relativeError(own.gradients, expected.gradients)).toBeLessThan(1e-5);
      }
    }
    engine.close();
  });

  test('carry the state where a document takes several windows, and no state to another document', async () => {
    const expected = await oneByOne();
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const batches = createDocumentBatches({ tokens, batchSize: 3, sequenceLength: 3, buckets: 2, seed: 5 });
    const own = smallSession(engine, batches, 3);
    let nats = 0;
    for (let window = 0; window < batches.windows; window++) {
      const { loss, tokens: counted, relativeLength } = await own.differentiate(window, window + 1);
      nats += loss * counted;
      expect(relativeLength).toBeCloseTo((counted * batches.windows) / total, 12);
    }
    expect(Math.abs(nats / total - expected.loss)).toBeLessThan(1e-6);
    engine.close();
  });
});

describe('scores of documents', () => {
  test('do not depend on the number of rows, and are those of reading in order', async () => {
    const text = Int32Array.from({ length: 400 }, () => random.integer(22));
    text[0] = END;
    const source = memoryTokenSource(
      text,
      Uint8Array.from(text, (id) => (id === END ? 1 : 0)),
    );
    const engine = createReferenceEngine();
    const opened = randomModel(engine);
    // With a given length, a text is read in order, with a reset at each end of a document.
    const inOrder = await tokenLosses({ model: opened, engine, tokens: source, sequenceLength: 50 });
    const mean = inOrder.reduce((sum, loss) => sum + loss, 0) / inOrder.length;
    for (const shards of [1, 2]) {
      const wide = createTypedArrayEngine({ shards, threads: 1 });
      const own = randomModel(wide);
      const inParallel = await tokenLosses({ model: own, engine: wide, tokens: source });
      expect(relativeError(inParallel, inOrder)).toBeLessThan(1e-5);
      for (const batchSize of [2, 6, 64]) {
        const { options, table, arena: parameters } = own;
        const sizes = { batchSize, sequenceLength: 12, buckets: 3 };
        const evaluator = createStreamEvaluator({ engine: wide, model: options, table, parameters, tokens: source, ...sizes });
        const { loss, tokens: predicted } = await evaluator.run();
        expect(predicted).toBe(399);
        expect(Math.abs(loss / mean - 1)).toBeLessThan(1e-6);
      }
      wide.close();
    }
    engine.close();
  });
});

/** A run of some epochs on a list of words, with blank lines. */
function place(training: Config['training'] = {}, corpus: Partial<Config['corpus']> = {}) {
  const folder = temporaryFolder();
  const words = ['ann', 'bo', 'cara', 'dan', 'eve', 'fritz', 'gus', 'hanna', 'ida'];
  const lines = Array.from({ length: 150 }, (_, i) => words[(i * i + 3 * i) % words.length]! + words[(i * 5) % 9]!);
  writeFiles(folder, { 'names.txt': `${lines.slice(0, 50).join('\n')}\n\n\r\n${lines.slice(50).join('\r\n')}` });
  const config = resolveConfig({
    corpus: { path: join(folder, 'names.txt'), documents: 'lines', sequences: 'documents', ...corpus },
    model: { layers: 1, hiddenSize: 12, dropout: 0.1 },
    training: {
      epochs: 3,
      batchSize: 8,
      sequenceLength: 7,
      validation: { everySteps: 11 },
      checkpoints: { everySteps: 5 },
      ...training,
    },
    engine: { type: 'typed-array', shards: 2 },
  } as Config);
  return { folder, config };
}

const withCache = (config: ResolvedConfig, cache: string): ResolvedConfig => ({
  ...config,
  corpus: { ...config.corpus, cache },
});

describe('a run on independent documents', () => {
  test('has the same bits on 1 and 2 threads, and with its tokens in a file', async () => {
    const { folder, config } = place();
    const notices: string[] = [];
    const events = await train(config, join(folder, 'one'), { onNotice: (line) => void notices.push(line) });
    expect(notices).toContain('2 blank lines are left out of the corpus');
    await train(config, join(folder, 'two'), { threads: 2 });
    await train(withCache(config, join(folder, 'cache')), join(folder, 'file'));
    expect(resultOf(join(folder, 'two'))).toEqual(resultOf(join(folder, 'one')));
    expect(resultOf(join(folder, 'file'))).toEqual(resultOf(join(folder, 'one')));
    const losses = events.filter((event): event is StepEvent => event.type === 'step').map(({ loss }) => loss);
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
  });

  test.each([{}, { accumulation: 3 }])('is resumed after any step with the same bits: %j', async (training) => {
    const { folder, config } = place(training);
    await train(config, join(folder, 'whole'));
    const parts = join(folder, 'parts');
    for (let part = 0, finished = false; !finished; part++) {
      let left = 1 + random.integer(5);
      const start = part === 0 ? 'new' : 'resume';
      const events = await train(config, parts, { start, stopRequested: () => left-- === 0, threads: 1 + (part % 2) });
      const end = events.at(-1)!;
      finished = end.type === 'end' && end.reason === 'completed';
      expect(part).toBeLessThan(60);
    }
    expect(resultOf(parts)).toEqual(resultOf(join(folder, 'whole')));
  });

  test('reports the exact loss of each document read alone, and so does its forecast', async () => {
    const { folder, config } = place();
    const directory = join(folder, 'run');
    const end = (await train(config, directory)).at(-1) as EndEvent;
    const engine = createReferenceEngine();
    const opened = openModel(directory, engine);
    const { tokenizer } = opened;
    const first = tokenizer.documentEndId!;
    let [nats, count] = [0, 0];
    const { openCorpus } = await import('../../src/text/corpus.js');
    const corpus = await openCorpus(config.corpus);
    for await (const { text, endsDocument } of corpus.read('validation')) {
      expect(endsDocument).toBe(true);
      const alone = Int32Array.of(first, ...tokenizer.encode(text), first);
      nats += (await evaluatePerplexity({ model: opened, engine, tokens: alone })).nats;
      count += alone.length - 1;
    }
    expect(Math.abs(end.bestValidationLoss! / (nats / count) - 1)).toBeLessThan(1e-5);
    expect(Math.abs(end.validationLoss! / (nats / count) - 1)).toBeLessThan(1e-5);
    expect(end.sequences).toBe('documents');
    engine.close();

    rmSync(directory, { recursive: true });
    let ticks = 0;
    const now = () => ticks++ / 8;
    const plan = { config, directory, start: 'new', threads: 1, now, peakMemory: () => 1 } as const;
    const forecast = await forecastTraining(plan);
    expect(forecast.validationTokens - 1).toBe(count);
    expect(forecast.steps).toBe(end.step);
  });

  test('has another text than one that reads the same lines as a stream, so that neither resumes the other', async () => {
    const { folder, config } = place();
    const directory = join(folder, 'run');
    await train(config, directory);
    const stream: ResolvedConfig = { ...config, corpus: { ...config.corpus, sequences: 'stream' } };
    const resumed = train({ ...stream, training: { ...config.training, epochs: 4 } }, directory, { start: 'resume' });
    await expect(resumed).rejects.toThrow('the training text is not the one with which this run began');
  });
});
