import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/onnxruntime-engine.js';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { entryView } from '../../src/model/parameter-table.js';
import type { OptimizerChoice } from '../../src/train/optimizers/index.js';
import { createSession } from '../../src/train/session.js';
import { relativeError } from '../engine/model-fixture.js';
import { goldenBatches } from '../golden/golden-batches.js';
import { type CurveCase, curveCases, Golden } from '../golden/read-golden.js';
import { equalLayers } from '../model/short-form.js';

const engines: [string, () => Engine | Promise<Engine>][] = [
  ['reference', () => createReferenceEngine()],
  ['typed-array, two shards', () => createTypedArrayEngine({ shards: 2, threads: 2 })],
  ['onnxruntime', () => createOnnxRuntimeEngine({ provider: 'cpu', threads: 2 })],
];

describe.each(engines)('on the %s engine, 20 steps follow PyTorch with', (_, create) => {
  test.each(curveCases.map((golden): [string, CurveCase] => [golden.name, golden]))('%s', async (name, curve) => {
    const { batchSize, vocabularySize, cell, layers, embeddingSize, hiddenSize, optimizer, clipping, l2, steps } = curve;
    const golden = new Golden('curves', name);
    const engine = await create();
    const model = equalLayers({ vocabularySize, cell, layers, embeddingSize, hiddenSize, tieWeights: false, dropout: 0 });
    const batches = goldenBatches(golden, curve, engine.shards);
    const session = createSession({
      engine,
      model,
      batches,
      batchSize,
      seed: 0,
      optimizer: optimizer as unknown as OptimizerChoice,
      clipping,
      regularization: { l1: 0, l2 },
    });
    const { table } = session;
    const parameters = session.parameters.trained;
    for (const entry of table.entries) entryView(parameters, entry).set(golden.float32(entry.name));

    const expected = golden.float64('losses.float64');
    for (let step = 1; step <= steps; step++) {
      const { loss, norm } = await session.differentiate((step - 1) % 2, step);
      await session.update(step, optimizer.learningRate, norm);
      expect(Math.abs(loss - expected[step - 1]!), `loss of step ${step}`).toBeLessThan(1e-4);
    }
    for (const entry of table.entries) {
      expect(relativeError(entryView(parameters, entry), golden.float32(`trained.${entry.name}`)), entry.name).toBeLessThan(
        1e-3,
      );
    }
    engine.close();
  });
});
