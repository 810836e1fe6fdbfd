import { describe, expect, test } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/onnxruntime-engine.js';
import { createReferenceEngine } from '../../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import type { Outputs } from '../../../src/graph/node.js';
import { dropoutMaskOperation } from '../../../src/graph/operations/dropout-mask.js';
import { inputOperation } from '../../../src/graph/operations/input.js';
import { rewrite } from '../../../src/graph/rewrites/rewrite.js';
import { adaptationGraph, predictionGraph, trainingGraph } from '../../../src/model/graphs.js';
import { entryView, parameterBindings, parameterTable } from '../../../src/model/parameter-table.js';
import { modelOptions } from '../../../src/model/specification.js';
import { relativeError } from '../../engine/model-fixture.js';
import { Golden, modifierCases } from '../../golden/read-golden.js';

const engines: [string, () => Engine | Promise<Engine>][] = [
  ['reference', () => createReferenceEngine()],
  ['typed-array', () => createTypedArrayEngine({ shards: 1, threads: 1 })],
  ['onnxruntime', () => createOnnxRuntimeEngine({ provider: 'cpu', threads: 1 })],
];

/** The graph with its masks as inputs `mask.0`, `mask.1`, ... in the order in which the model asks for them. */
const withGivenMasks = (graph: Outputs) =>
  rewrite(graph, [
    ({ operation, rows, columns, scope, attributes }, build) =>
      operation === dropoutMaskOperation
        ? build(inputOperation, [], { name: `mask.${attributes.site}`, rows, columns, scope, integer: false, parameter: false })
        : undefined,
  ]);

describe.each(engines)('on the %s engine, plain torch statements and we agree on', (_, create) => {
  test.each(modifierCases.map((golden) => [golden.name, golden] as const))('%s', async (name, golden) => {
    const { batchSize, sequenceLength, vocabularySize, embedding, layers, training } = golden;
    const model = modelOptions({ embedding, layers }, vocabularySize);
    const window = { batchSize, sequenceLength, shards: 1 };
    const expected = new Golden('modifiers', name);
    const engine = await create();
    const table = parameterTable(model);
    expect(table.entries.map((entry) => entry.name).toSorted()).toEqual(expected.parameterNames.toSorted());
    const arena = engine.allocateFloats(table.arenaLength);
    for (const entry of table.entries) entryView(arena, entry).set(expected.float32(entry.name));
    const states = expected.names.filter((array) => array.startsWith('state.')).map((array) => array.slice('state.'.length));
    const load = (graph: Outputs) => {
      const program = engine.compile(graph, { inputs: parameterBindings(table, arena) });
      program.inputs.tokens![0]!.set(expected.int32('inputs'));
      for (const state of states) program.inputs[`${state}.0`]![0]!.set(expected.float32(`state.${state}`));
      return program;
    };

    const graph = training ? withGivenMasks(trainingGraph(model, window, { seed: 0 })) : adaptationGraph(model, window);
    const program = load(graph);
    const masks = Object.keys(program.inputs).filter((input) => input.startsWith('mask.'));
    expect(masks.toSorted()).toEqual(expected.names.filter((array) => array.startsWith('mask.')).toSorted());
    for (const mask of masks) program.inputs[mask]![0]!.set(expected.float32(mask));
    program.inputs.targets![0]!.set(expected.int32('targets'));
    program.inputs.weights![0]!.fill(1);
    program.inputs.inverseCount![0]![0] = 1 / (batchSize * sequenceLength);
    await program.run();
    expect(relativeError(program.outputs.loss![0]!, expected.float32('loss'))).toBeLessThan(1e-5);
    for (const state of states)
      expect(relativeError(program.outputs[`next.${state}.0`]![0]!, expected.float32(`final.${state}`)), state).toBeLessThan(
        1e-5,
      );
    for (const entry of table.trained) {
      const gradient = program.outputs[`gradient.${entry.name}`]![0]!;
      expect(relativeError(gradient, expected.float32(`grad.${entry.name}`)), entry.name).toBeLessThan(1e-4);
    }
    for (const { name: buffer } of training ? table.buffers : []) {
      const found = program.outputs[`buffer.${buffer}`]![0]!;
      expect(relativeError(found, expected.float32(`buffer.${buffer}`)), buffer).toBeLessThan(1e-5);
    }
    // Where training computes something else, the logits are those of training.
    if (!training || (masks.length === 0 && table.buffers.length === 0)) {
      const prediction = load(predictionGraph(model, window));
      await prediction.run();
      expect(relativeError(prediction.outputs.logits![0]!, expected.float32('logits'))).toBeLessThan(1e-5);
    }
    engine.close();
  });
});
