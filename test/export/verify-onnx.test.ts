import { afterAll, describe, expect, test } from 'vitest';
import { openRunnableModel } from '../../src/engine/onnxruntime/run-model.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { onnxGraph } from '../../src/export/onnx-graph.js';
import { comparedSeries, compareWithCore } from '../../src/export/verify-onnx.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxGraph, OnnxNode } from '../../src/onnx/model.js';
import type { CellChoice } from '../model/short-form.js';
import { randomModel } from '../sample/trained-model.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
afterAll(() => engine.close());

/** The graph with something wrong in its recurrent operators. */
const wrong = (graph: OnnxGraph, change: (node: OnnxNode) => Partial<OnnxNode>): OnnxGraph => ({
  ...graph,
  nodes: graph.nodes.map((node) => (['LSTM', 'GRU', 'RNN'].includes(node.type) ? { ...node, ...change(node) } : node)),
});

const mistakes: [string, CellChoice, (node: OnnxNode) => Partial<OnnxNode>][] = [
  ['the other GRU', { type: 'gru', reset: 'after' }, () => ({ attributes: { hidden_size: 12, linear_before_reset: 0 } })],
  ['another activation', { type: 'rnn', nonlinearity: 'relu' }, () => ({ attributes: { hidden_size: 12 } })],
  ['a state that is not carried', { type: 'lstm' }, ({ inputs }) => ({ inputs: inputs.slice(0, -2) })],
  ['a cell state in place of a hidden one', { type: 'lstm' }, ({ inputs }) => ({ inputs: inputs.with(5, inputs[6]!) })],
  ['no biases', { type: 'lstm' }, ({ inputs }) => ({ inputs: inputs.with(3, '') })],
];

describe('the comparison with the typed-array engine detects', () => {
  test.each(mistakes)('%s', async (_, cell, change) => {
    const graph = wrong(onnxGraph(randomModel(engine, { cell }), 'operators'), change);
    const model = randomModel(engine, { cell });
    const exported = await openRunnableModel(encodeModel({ opset: 17, graph }), { threads: 1 });
    const { difference, where } = await compareWithCore(model, engine, exported);
    await exported.close();
    expect(difference).toBeGreaterThan(1e-3);
    expect(where).toMatch(/^batch \d+, time \d+, window \d$/);
  });
});

describe('the windows that are compared', () => {
  const series = (vocabularySize: number) =>
    comparedSeries(vocabularySize).map(({ batch, time, windows }) => `${batch}x${time} ${windows} times`);

  test('are complete for a usual vocabulary', () => {
    expect(series(10_000)).toEqual([1, 3, 16].flatMap((batch) => [1, 7, 50].map((time) => `${batch}x${time} 2 times`)));
  });

  test('are shorter and more numerous for a large one, and then have fewer rows', () => {
    // 83 rows of 100,000 logits are 32 MiB, and 8 of a million.
    expect(series(100_000)).toEqual([
      '1x1 2 times',
      '1x7 2 times',
      '1x50 2 times',
      '3x1 2 times',
      '3x7 2 times',
      '3x27 4 times',
      '16x1 2 times',
      '16x5 20 times',
    ]);
    expect(series(1_000_000)).toEqual([
      '1x1 2 times',
      '1x7 2 times',
      '1x8 13 times',
      '3x1 2 times',
      '3x2 50 times',
      '8x1 100 times',
    ]);
    expect(series(100_000_000)).toEqual(['1x1 100 times']);
  });
});
