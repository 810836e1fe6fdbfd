import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/onnxruntime-engine.js';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { gradients } from '../../src/graph/autodiff.js';
import { type Outputs, topologicalOrder } from '../../src/graph/node.js';
import { inputOperation } from '../../src/graph/operations/input.js';
import { rewriteBackward } from '../../src/graph/rewrites/index.js';
import { predictionGraph, trainingGraph } from '../../src/model/graphs.js';
import { entryView, parameterBindings, parameterTable } from '../../src/model/parameter-table.js';
import type { ModelOptions } from '../../src/model/specification.js';
import { relativeError } from '../engine/model-fixture.js';
import { type CellCase, cellCases, Golden } from '../golden/read-golden.js';
import { equalLayers, stateNames } from './short-form.js';

const engines: [string, () => Engine | Promise<Engine>][] = [
  ['reference', () => createReferenceEngine()],
  ['typed-array', () => createTypedArrayEngine({ shards: 1, threads: 1 })],
  ['onnxruntime', () => createOnnxRuntimeEngine({ provider: 'cpu', threads: 2 })],
];

/** The training graph, and the gradients of the initial states beside those of the parameters. */
function withStateGradients(graph: Outputs, names: readonly string[]): Outputs {
  const inputs = topologicalOrder(Object.values(graph)).filter(({ operation }) => operation === inputOperation);
  const states = names.map((name) => inputs.find(({ attributes }) => attributes.name === name)!);
  const derived = gradients(graph.loss!, states);
  return rewriteBackward({ ...graph, ...Object.fromEntries(names.map((name, i) => [`gradient.${name}`, derived[i]!])) });
}

function load(engine: Engine, golden: Golden, model: ModelOptions, outputs: Outputs) {
  const table = parameterTable(model);
  const arena = engine.allocateFloats(table.arenaLength);
  for (const entry of table.entries) entryView(arena, entry).set(golden.float32(entry.name));
  const program = engine.compile(outputs, { inputs: parameterBindings(table, arena) });
  program.inputs.tokens![0]!.set(golden.int32('inputs'));
  for (const name of stateNames(model)) program.inputs[name]![0]!.set(layerOf(golden, `state.${name[0]}0`, name, model));
  return { table, program };
}

/** The golden holds all layers' states in one array. */
function layerOf(golden: Golden, array: string, name: string, model: ModelOptions): Float32Array {
  const whole = golden.float32(array);
  const size = whole.length / model.layers.length;
  const layer = Number(name.split('.')[1]);
  return whole.subarray(layer * size, (layer + 1) * size);
}

describe.each(engines)('on the %s engine, PyTorch and we agree on', (_, create) => {
  test.each(cellCases.map((golden): [string, CellCase] => [golden.name, golden]))('%s', async (name, golden) => {
    const { batchSize, sequenceLength, vocabularySize, cell, layers, embeddingSize, hiddenSize, tieWeights } = golden;
    const model = equalLayers({ vocabularySize, cell, layers, embeddingSize, hiddenSize, tieWeights, dropout: 0 });
    const window = { batchSize, sequenceLength, shards: 1 };
    const expected = new Golden('cells', name);
    const engine = await create();

    const prediction = load(engine, expected, model, predictionGraph(model, window)).program;
    await prediction.run();
    expect(relativeError(prediction.outputs.logits![0]!, expected.float32('logits'))).toBeLessThan(1e-5);

    const graph = withStateGradients(trainingGraph(model, window, { seed: 0 }), stateNames(model));
    const { table, program } = load(engine, expected, model, graph);
    program.inputs.targets![0]!.set(expected.int32('targets'));
    program.inputs.weights![0]!.fill(1);
    program.inputs.inverseCount![0]![0] = 1 / (batchSize * sequenceLength);
    await program.run();
    expect(relativeError(program.outputs.loss![0]!, expected.float32('loss'))).toBeLessThan(1e-5);
    for (const entry of table.entries) {
      const gradient = program.outputs[`gradient.${entry.name}`]![0]!;
      expect(relativeError(gradient, expected.float32(`grad.${entry.name}`)), entry.name).toBeLessThan(1e-4);
    }
    for (const state of stateNames(model)) {
      const final = layerOf(expected, `final.${state[0]}`, state, model);
      expect(relativeError(program.outputs[`next.${state}`]![0]!, final), `final ${state}`).toBeLessThan(1e-5);
      const gradient = layerOf(expected, `grad.state.${state[0]}0`, state, model);
      expect(relativeError(program.outputs[`gradient.${state}`]![0]!, gradient), `gradient of ${state}`).toBeLessThan(1e-4);
    }
    engine.close();
  });
});
