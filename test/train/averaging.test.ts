import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/onnxruntime-engine.js';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createStreamEvaluator } from '../../src/evaluate/stream-evaluator.js';
import { entryView, parameterTable } from '../../src/model/parameter-table.js';
import { modelOptions } from '../../src/model/specification.js';
import { readCheckpoint } from '../../src/run/checkpoint.js';
import { readModelFile } from '../../src/run/model-file.js';
import { listCheckpoints, runLayout } from '../../src/run/run-directory.js';
import type { AveragingState } from '../../src/train/averaging/averaging.js';
import { type AveragingChoice, averagingFor } from '../../src/train/averaging/index.js';
import type { ValidationEvent } from '../../src/train/events.js';
import { createSession } from '../../src/train/session.js';
import { loadTrainingData } from '../../src/train/training-data.js';
import { relativeError } from '../engine/model-fixture.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { goldenBatches } from '../golden/golden-batches.js';
import { Golden } from '../golden/read-golden.js';
import { equalLayers } from '../model/short-form.js';
import { resultOf, smallConfig, train } from './run-fixture.js';

const facts = JSON.parse(readFileSync(join(import.meta.dirname, '../golden/averaging/lstm.json'), 'utf8'));
const golden = new Golden('averaging', 'lstm');
const fresh = (): AveragingState => ({ count: 0, recent: [] });

const engines: [string, () => Engine | Promise<Engine>][] = [
  ['reference', () => createReferenceEngine()],
  ['typed-array', () => createTypedArrayEngine({ shards: 2, threads: 2 })],
  ['onnxruntime', () => createOnnxRuntimeEngine({ provider: 'cpu', threads: 2 })],
];

/** Trains as the golden did. */
async function trainGolden(engine: Engine, averaging: AveragingChoice) {
  const { vocabularySize, embeddingSize, hiddenSize, layers, batchSize, steps, learningRate, validation } = facts;
  const cell = { type: 'lstm' } as const;
  const model = equalLayers({ vocabularySize, cell, layers, embeddingSize, hiddenSize, tieWeights: false, dropout: 0 });
  const session = createSession({
    engine,
    model,
    batches: goldenBatches(golden, facts, engine.shards),
    batchSize,
    seed: 0,
    optimizer: { type: 'sgd', learningRate },
    clipping: { type: 'none' },
    regularization: { l1: 0, l2: 0 },
    averaging,
  });
  const { table, parameters } = session;
  for (const entry of table.entries) entryView(parameters.trained, entry).set(golden.float32(entry.name));
  const rule = averagingFor(averaging)!;
  const state = fresh();
  let begun: number | undefined;
  for (let step = 1; step <= steps; step++) {
    const { norm } = await session.differentiate((step - 1) % 2, step);
    await session.update(step, learningRate, norm);
    const share = rule.share({ epoch: 1, step, steps }, state);
    await session.average(share);
    if (share === undefined) expect(parameters.evaluated).toEqual(parameters.trained);
    else state.count++;
    if (step % 2 === 0) rule.validated?.(validation[step / 2 - 1], state);
    if (state.count > 0) begun ??= step;
  }
  return { ...session, begun };
}

describe('the average of the parameters', () => {
  const rules: [string, string, AveragingChoice, number][] = [
    ['tail', 'tail', { type: 'tail', startStep: facts.tailStart }, facts.tailStart + 1],
    ['tail, from a share of the run', 'tail', { type: 'tail', start: facts.tailStart / facts.steps }, facts.tailStart + 1],
    ['ema', 'ema', { type: 'ema', decay: facts.decay, warmup: false }, 1],
    ['ema with a warm-up', 'warm', { type: 'ema', decay: facts.decay, warmup: true }, 1],
    ['nt-asgd', 'nt-asgd', { type: 'nt-asgd', patience: facts.patience }, facts.trigger],
  ];
  describe.each(engines)('on the %s engine', (_, create) => {
    test.each(rules)('by %s is what PyTorch averages', async (__, prefix, choice, begins) => {
      const engine = await create();
      const { table, parameters, begun } = await trainGolden(engine, choice);
      expect(begun).toBe(begins);
      for (const entry of table.entries) {
        const [average, trained] = [entryView(parameters.evaluated, entry), entryView(parameters.trained, entry)];
        expect(relativeError(trained, golden.float32(`trained.${entry.name}`)), entry.name).toBeLessThan(1e-4);
        expect(relativeError(average, golden.float32(`${prefix}.${entry.name}`)), entry.name).toBeLessThan(1e-4);
        expect(relativeError(average, trained), entry.name).toBeGreaterThan(1e-3);
      }
      engine.close();
    });
  });

  test('by none keeps one array of parameters', async () => {
    expect(averagingFor({ type: 'none' })).toBeUndefined();
    const folder = temporaryFolder();
    await train(smallConfig(folder, { epochs: 1, averaging: { type: 'none' } }), join(folder, 'run'));
    const [latest] = listCheckpoints(runLayout(join(folder, 'run')).checkpoints);
    expect(readCheckpoint(latest!.path).optimizer.filter(({ name }) => name.startsWith('trained.'))).toEqual([]);
  });

  test('by tail continues once it has begun, also when the run is extended', () => {
    const { share } = averagingFor({ type: 'tail', start: 0.5 })!;
    expect(share({ epoch: 1, step: 5, steps: 10 }, fresh())).toBe(undefined);
    expect(share({ epoch: 1, step: 6, steps: 10 }, fresh())).toBe(1);
    expect(share({ epoch: 1, step: 7, steps: 100 }, { count: 3, recent: [] })).toBe(1 / 4);
  });
});

/** The tensors of each checkpoint of a run, by step. */
function checkpointsOf(directory: string) {
  return listCheckpoints(runLayout(directory).checkpoints)
    .map(({ step, path }) => ({ step, ...readCheckpoint(path) }))
    .toSorted((a, b) => a.step - b.step);
}

describe('a run with averaging', () => {
  const often = { epochs: 1, checkpoints: { everySteps: 1, keep: 100 }, validation: { everySteps: 4 } };

  test('evaluates and saves the average, and continues training as without it', async () => {
    const folder = temporaryFolder();
    const plain = await train(smallConfig(folder, often), join(folder, 'plain'));
    const config = smallConfig(folder, { ...often, averaging: { type: 'tail', startStep: 9 } });
    const events = await train(config, join(folder, 'tail'));
    const losses = (list: typeof events) => list.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
    expect(losses(events)).toEqual(losses(plain));
    expect(events.filter(({ type }) => type === 'averaging')).toEqual([{ type: 'averaging', step: 10 }]);

    const checkpoints = checkpointsOf(join(folder, 'tail'));
    const { step: last, parameters } = checkpoints.at(-1)!;
    for (const { name, data } of parameters) {
      const iterates = checkpoints
        .filter(({ step }) => step >= 10)
        .map(({ optimizer }) => optimizer.find((tensor) => tensor.name === `trained.${name}`)!.data as Float32Array);
      expect(iterates).toHaveLength(last - 9);
      const mean = Float64Array.from(data, (_, i) => iterates.reduce((sum, iterate) => sum + iterate[i]!, 0) / iterates.length);
      expect(relativeError(data, mean), name).toBeLessThan(1e-6);
    }
    // Before averaging begins both are the same numbers.
    for (const { step, parameters, optimizer } of checkpoints.filter(({ step }) => step < 10))
      for (const { name, data } of parameters)
        expect(optimizer.find((tensor) => tensor.name === `trained.${name}`)!.data, `${step} ${name}`).toEqual(data);

    const validations = events.filter((event): event is ValidationEvent => event.type === 'validation');
    expect(validations.map(({ step, averaged }) => [step, averaged])).toEqual(
      validations.map(({ step }) => [step, step >= 10 ? true : undefined]),
    );
    expect(validations.filter(({ averaged }) => averaged).length).toBeGreaterThan(1);
    const best = validations.findLast((event) => event.best)!;
    expect(best.averaged).toBe(true);

    // The saved model is the average, and its loss is the one that was reported.
    const engine = createTypedArrayEngine({ shards: 4, threads: 1 });
    const data = await loadTrainingData(config);
    const model = modelOptions(config.model, data.tokenizer.vocabulary.size);
    const table = parameterTable(model);
    const saved = engine.allocateFloats(table.arenaLength);
    const file = readModelFile(runLayout(join(folder, 'tail')).model);
    for (const entry of table.entries)
      entryView(saved, entry).set(file.parameters.find(({ name }) => name === entry.name)!.data);
    const { batchSize, sequenceLength } = config.training;
    const text = { tokens: data.validation!, batchSize, sequenceLength };
    const { loss } = await createStreamEvaluator({ engine, model, table, parameters: saved, ...text }).run();
    expect(loss).toBe(best.loss);
    engine.close();
  });

  const rules = [
    { type: 'ema', decay: 0.9 },
    { type: 'tail', start: 0.6 },
    { type: 'nt-asgd', patience: 1 },
  ];
  test.each(rules)('is resumed to the same bits after any step: $type', async (averaging) => {
    const folder = temporaryFolder();
    // A rate so high that validation does not always improve.
    const settings = { epochs: 1, averaging, optimizer: { type: 'adam', learningRate: 2 }, validation: { everySteps: 1 } };
    const config = smallConfig(folder, settings);
    const whole = await train(config, join(folder, 'whole'));
    expect(whole.some((event) => event.type === 'validation' && event.averaged)).toBe(true);
    const directory = join(folder, 'pieces');
    let end = false;
    for (let piece = 0; !end; piece++) {
      let left = 3;
      const events = await train(config, directory, {
        start: piece === 0 ? 'new' : 'resume',
        threads: 1 + (piece % 2),
        stopRequested: () => left-- === 0,
      });
      end = events.some((event) => event.type === 'end' && event.reason === 'completed');
    }
    expect(resultOf(directory)).toEqual(resultOf(join(folder, 'whole')));
  });

  test('cannot be resumed with another rule', async () => {
    const folder = temporaryFolder();
    let left = 3;
    await train(smallConfig(folder), join(folder, 'run'), { stopRequested: () => left-- === 0 });
    const changed = smallConfig(folder, { averaging: { type: 'ema' } });
    await expect(train(changed, join(folder, 'run'), { start: 'resume' })).rejects.toThrow(
      'training.averaging.type is "ema", the run has "none"',
    );
  });
});
