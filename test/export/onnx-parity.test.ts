import { afterAll, describe, expect, test } from 'vitest';
import { openRunnableModel } from '../../src/engine/onnxruntime/run-model.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { type OnnxForm, onnxGraph } from '../../src/export/onnx-graph.js';
import { compareWithCore } from '../../src/export/verify-onnx.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import { cells, formsOf, stateNames } from '../model/short-form.js';
import { randomModel } from '../sample/trained-model.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
afterAll(() => engine.close());
const forms: OnnxForm[] = ['operators', 'scan'];

describe('an exported model computes what the typed-array engine computes: batch 1, 3, 16, time 1, 7, 50, state carried', () => {
  const cases = cells.flatMap((cell) =>
    formsOf(cell).flatMap((form) => [false, true].map((tieWeights) => ({ cell, form, tieWeights }))),
  );
  test.each(cases)('$cell as $form, tied: $tieWeights', async ({ cell, form, tieWeights }) => {
    const model = randomModel(engine, { cell, tieWeights, range: 0.3 });
    const exported = await openRunnableModel(encodeModel({ opset: 17, graph: onnxGraph(model, form) }), { threads: 1 });
    const { difference, where } = await compareWithCore(model, engine, exported);
    await exported.close();
    expect(difference, where).toBeLessThan(1e-5);
    expect(difference).toBeGreaterThan(0);
  });
});

test.each(forms)('an exported model as %s reports a window of no tokens', async (form) => {
  const model = randomModel(engine, { cell: { type: 'lstm' } });
  const H = model.options.layers[0]!.size!;
  const exported = await openRunnableModel(encodeModel({ opset: 17, graph: onnxGraph(model, form) }), { threads: 1 });
  const run = (batch: number, time: number) => {
    const state = { shape: [batch, H], data: new Float32Array(batch * H) };
    const tokens = { shape: [batch, time], data: new BigInt64Array(batch * time) };
    const states = stateNames(model.options).map((name) => [name, state] as const);
    return exported.run({ tokens, ...Object.fromEntries(states) });
  };
  for (const [batch, time] of [
    [1, 0],
    [0, 3],
  ] as const)
    await expect(run(batch, time)).rejects.toThrow('tokens is empty: batch and time are at least 1');
  expect((await run(1, 1)).logits!.shape).toEqual([1, 1, model.options.vocabularySize]);
  await exported.close();
});
