import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import type { Config, ResolvedConfig } from '../../src/config/types.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createModelEvaluator } from '../../src/evaluate/model-evaluator.js';
import { evaluatePerplexity } from '../../src/evaluate/perplexity.js';
import { createRandom } from '../../src/foundation/random.js';
import { initialize } from '../../src/model/initialization.js';
import { modelOptions } from '../../src/model/specification.js';
import { openModel } from '../../src/run/open-model.js';
import { runLayout } from '../../src/run/run-directory.js';
import { memoryTokenSource, type TokenSource } from '../../src/text/batches.js';
import { createSession, sessionConfig } from '../../src/train/session.js';
import { trainingBatches } from '../../src/train/training-batches.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { characters } from '../sample/trained-model.js';
import { smallText, train, writtenTensors } from './run-fixture.js';

const V = characters.tokens.length;

function configOf(text: object, model: object, training: object = {}): ResolvedConfig {
  return resolveConfig({
    corpus: 'train' in text ? text : { path: 'corpus.txt', ...text },
    model: { cell: { type: 'gru' }, layers: 1, hiddenSize: 9, ...model },
    training: { epochs: 2, batchSize: 4, sequenceLength: 10, optimizer: { type: 'adam', learningRate: 0.01 }, ...training },
    engine: { shards: 2 },
  } as unknown as Config);
}

describe('a model that reads backward', () => {
  test.each([{}, { lengthVariation: { deviation: 2 } }, { stateReset: 0.3 }])(
    'is trained as a forward model on the reversed text, bit for bit: %j',
    async (training) => {
      const folder = temporaryFolder();
      const parts = { train: smallText(900), validation: smallText(300).slice(40), test: smallText(280).slice(90) };
      const write = (name: string, change: (text: string) => string) =>
        Object.fromEntries(
          Object.entries(parts).map(([part, text]) => {
            const path = join(folder, `${name}-${part}.txt`);
            writeFileSync(path, change(text));
            return [part, path];
          }),
        );
      const read = write('text', (text) => text);
      const mirrored = write('mirrored', (text) => [...text].reverse().join(''));
      const backward = await train(configOf(read, { direction: 'backward' }, training), join(folder, 'backward'));
      const forward = await train(configOf(mirrored, {}, training), join(folder, 'forward'));
      const numbers = (events: typeof forward) =>
        events.flatMap((event) => {
          if (event.type === 'step' || event.type === 'validation') return [event.loss];
          return event.type === 'end' ? [event.testLoss, event.validationLoss, event.baselines?.kneserNey] : [];
        });
      expect(numbers(backward)).toEqual(numbers(forward));
      expect(numbers(backward).length).toBeGreaterThan(40);
      expect(writtenTensors(join(folder, 'backward'))).toEqual(writtenTensors(join(folder, 'forward')));
    },
  );
});

const stream = Int32Array.from({ length: 203 }, (_, i) => (i * i + 3 * i) % V);
const END = 0;
const documents = [5, 2, 9, 1, 30, 4, 4, 12].map((length, i) =>
  Array.from({ length }, (_, j) => 1 + ((i * 5 + j * j) % (V - 1))),
);
const ids = Int32Array.of(END, ...documents.flatMap((document) => [...document, END]));
const ends = Uint8Array.from(ids, (id) => Number(id === END));

describe('a bidirectional model', () => {
  const texts: [string, Int32Array | TokenSource, object, object][] = [
    ['a stream', stream, {}, { batchSize: 2, sequenceLength: 7 }],
    [
      'a stream in windows of random length',
      stream,
      {},
      { batchSize: 2, sequenceLength: 7, lengthVariation: { deviation: 1 } },
    ],
    [
      'independent documents',
      memoryTokenSource(ids, ends),
      { documents: 'lines', sequences: 'documents' },
      { batchSize: 4, sequenceLength: 8 },
    ],
  ];

  test.each(texts)('has in an epoch of %s the losses of both stacks, and their mean', async (_, tokens, corpus, training) => {
    const engine = createTypedArrayEngine({ shards: 2, threads: 1 });
    const config = configOf(corpus, { bidirectional: true }, training);
    const model = modelOptions(config.model, V);
    const batches = trainingBatches(config, tokens, engine.shards);
    const session = createSession({ engine, model, batches, ...sessionConfig(config) });
    initialize(session.parameters.trained, session.table, { type: 'uniform', range: 0.5 }, createRandom(3));
    const sums = { loss: 0, forward: 0, backward: 0, tokens: 0 };
    session.resetState();
    for (let window = 0; window < batches.windows; window++) {
      const { loss, directions, tokens: count } = await session.differentiate(window, window + 1);
      expect(loss).toBeCloseTo((directions.forward! + directions.backward!) / 2, 5);
      sums.loss += loss * count;
      sums.forward += directions.forward! * count;
      sums.backward += directions.backward! * count;
      sums.tokens += count;
    }
    expect(sums.tokens).toBe(tokens.length - 1);

    const { batchSize, sequenceLength, buckets } = config.training;
    const { table, parameters } = session;
    const evaluator = createModelEvaluator({
      engine,
      model,
      table,
      parameters: parameters.trained,
      tokens,
      batchSize,
      sequenceLength,
      buckets,
    });
    const measured = await evaluator.run();
    expect(measured.directions!.forward).toBeCloseTo(sums.forward / sums.tokens, 5);
    expect(measured.directions!.backward).toBeCloseTo(sums.backward / sums.tokens, 5);
    expect(measured.loss).toBeCloseTo(sums.loss / sums.tokens, 5);
    expect(Object.keys(evaluator.state)).toEqual(['h.0', 'backward.h.0']);
    engine.close();
  });

  test('has the same documents in the same windows of both directions', () => {
    const config = configOf(
      { documents: 'lines', sequences: 'documents' },
      { bidirectional: true },
      { batchSize: 4, sequenceLength: 40 },
    );
    const batches = trainingBatches(config, memoryTokenSource(ids, ends), 1);
    for (const epoch of [1, 2]) {
      const [ahead, behind] = [batches.epoch!(epoch), batches.reversed!.epoch!(epoch)];
      for (let window = 0; window < ahead.windows; window++) {
        const rowsOf = (read: typeof ahead) => {
          const steps = read.lengthOf!(window);
          const arrays = [0, 1].map(() => [new Int32Array(steps * 4)]);
          const weights = [new Float32Array(steps * 4)];
          read.fill(window, arrays[0]!, arrays[1]!, weights);
          return [0, 1, 2, 3].map((row) => {
            const targets = [...arrays[1]![0]!].filter((_, i) => i % 4 === row && weights[0]![i] === 1);
            return targets.slice(0, -1);
          });
        };
        expect(rowsOf(behind)).toEqual(rowsOf(ahead).map((row) => row.reverse()));
      }
    }
  });

  test('is saved, and reports the losses of both directions', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'corpus.txt');
    writeFileSync(path, smallText(1500));
    const config = configOf({ path, split: { train: 0.8, validation: 0.1, test: 0.1 } }, { bidirectional: true });
    const events = await train(config, join(folder, 'run'));
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const model = openModel(join(folder, 'run'), engine);
    const text = readFileSync(path, 'utf8');
    const tokens = model.tokenizer.encode(text.slice(Math.ceil(text.length * 0.9)).replace(/^[^\n]*\n/, ''));
    const losses = [
      await evaluatePerplexity({ model, engine, tokens }),
      await evaluatePerplexity({ model: model.backward!, engine, tokens: tokens.toReversed() }),
    ].map(({ natsPerToken }) => natsPerToken);
    const end = events.find((event) => event.type === 'end')!;
    expect(end.testLoss).toBeCloseTo((losses[0]! + losses[1]!) / 2, 6);
    const lines = readFileSync(runLayout(join(folder, 'run')).metrics, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const line of lines.filter(({ type }) => type === 'validation'))
      expect(line.loss).toBeCloseTo((line['loss.forward'] + line['loss.backward']) / 2, 6);
    expect(lines.filter(({ type }) => type === 'step').every((line) => line['loss.backward'] > 0)).toBe(true);
    engine.close();
  });
});
