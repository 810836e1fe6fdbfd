import { describe, expect, test } from 'vitest';
import { createReferenceEngine } from '../../../src/engine/reference/reference-engine.js';
import type { Outputs } from '../../../src/graph/node.js';
import { predictionGraph, trainingGraph } from '../../../src/model/graphs.js';
import { buildOnnxGraph } from '../../../src/onnx/build-graph.js';
import { lowerToOperators } from '../../../src/onnx/lowering.js';
import { type CellChoice, cells, equalLayers, twoLayers } from '../../model/short-form.js';
import { prepare, relativeError } from '../model-fixture.js';

const T = 5;
const window = { batchSize: 3, sequenceLength: T, shards: 1 };
const modelOf = (cell: CellChoice) =>
  equalLayers({
    vocabularySize: 50,
    cell,
    layers: 1,
    embeddingSize: 4,
    hiddenSize: 8,
    dropout: 0,
    tieWeights: false,
  });

function operators(outputs: Outputs, maximumTensors = Number.POSITIVE_INFINITY, slowToStart = false) {
  const { nodes } = buildOnnxGraph(lowerToOperators(outputs, { slowToStart }), maximumTensors).graph;
  const count = (type: string) => nodes.filter((node) => node.type === type).length;
  return { nodes, count };
}

describe('a recurrent network in ONNX operators', () => {
  test('has one product for all gates of an LSTM step, with everything else as its addend', () => {
    const { count } = operators(predictionGraph(modelOf({ type: 'lstm' }), window));
    // T of the state, one of the embedded window, one of the decoder.
    expect(count('Gemm')).toBe(T + 2);
    // The new cell's T sums, and the two biases' one.
    expect(count('Add')).toBe(T + 1);
    // The window into steps, and each step into gates.
    expect(count('Split')).toBe(1 + T);
    // The outputs, which lie behind the state before the window.
    expect(count('Slice')).toBe(1);
  });

  test('computes each weight gradient as one product over the window', () => {
    const forward = operators(predictionGraph(modelOf({ type: 'lstm' }), window)).count('Gemm');
    const { count } = operators(trainingGraph(modelOf({ type: 'lstm' }), window, { seed: 0 }));
    // Back through time: T - 1 of the state, one for the window's decoder, one for its embedding; three weights' gradients.
    expect(count('Gemm')).toBe(forward + (T - 1) + 2 + 3);
  });

  test('respects the number of tensors that a provider allows for an operator', () => {
    for (const cell of [{ type: 'lstm' }, { type: 'gru', reset: 'after' }]) {
      const { nodes } = operators(trainingGraph(modelOf(cell), { ...window, sequenceLength: 23 }, { seed: 0 }), 9);
      expect(Math.max(...nodes.map(({ inputs, outputs }) => inputs.length + outputs.length))).toBeLessThanOrEqual(9);
    }
    // 23 steps in Splits of at most 7 parts: one for the parts, and one for each of these.
    const { count } = operators(predictionGraph(modelOf({ type: 'lstm' }), { ...window, sequenceLength: 23 }), 9);
    expect(count('Split')).toBe(1 + 4 + 23);
  });

  test('has fewer operators for a device on which they are slow to start', () => {
    for (const cell of [{ type: 'lstm' }, { type: 'gru', reset: 'after' }]) {
      const graph = trainingGraph(modelOf(cell), { ...window, sequenceLength: 40 }, { seed: 0 });
      const [all, fewer] = [false, true].map((slowToStart) => operators(graph, 9, slowToStart).nodes.length);
      expect(fewer! / all!).toBeLessThan(0.9);
    }
  });

  test.each(cells.map((cell) => [JSON.stringify(cell), cell] as const))('and the same values, %s', (_, cell) => {
    const graph = trainingGraph(twoLayers(cell), { ...window, sequenceLength: 7 }, { seed: 3 });
    const valuesOf = (outputs: Outputs) => {
      const program = prepare(createReferenceEngine(), twoLayers(cell), outputs);
      program.run();
      return program.outputs;
    };
    const [expected, actual] = [graph, lowerToOperators(graph, { slowToStart: true })].map(valuesOf);
    for (const [name, [values]] of Object.entries(expected!))
      expect(relativeError(actual![name]![0]!, values!), name).toBeLessThan(1e-5);
  });

  test('computes nothing that no result needs', () => {
    const { nodes } = operators(trainingGraph(modelOf({ type: 'gru', reset: 'before' }), window, { seed: 0 }));
    const read = new Set(nodes.flatMap(({ inputs }) => inputs));
    const results = Object.keys(trainingGraph(modelOf({ type: 'gru', reset: 'before' }), window, { seed: 0 }));
    for (const { outputs } of nodes) {
      expect(outputs.some((output) => read.has(output) || results.includes(output))).toBe(true);
    }
  });
});
