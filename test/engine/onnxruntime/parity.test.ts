import { afterAll, describe, expect, test } from 'vitest';
import type { Program } from '../../../src/engine/engine.js';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/onnxruntime-engine.js';
import { createReferenceEngine } from '../../../src/engine/reference/reference-engine.js';
import { input } from '../../../src/graph/operations/input.js';
import { matrixProduct } from '../../../src/graph/operations/matrix-product.js';
import { scatterAddRows } from '../../../src/graph/operations/movement.js';
import { predictionGraph, scoringGraph, trainingGraph } from '../../../src/model/graphs.js';
import { type CellChoice, cells, equalLayers, type ShortForm, stateNames, twoLayers } from '../../model/short-form.js';
import { prepare, relativeError } from '../model-fixture.js';

const name = (cell: CellChoice) => Object.values(cell).join(' ');

const cases: [string, ShortForm, { batchSize: number; sequenceLength: number }][] = [];
for (const cell of cells) {
  const small = { vocabularySize: 11, cell, layers: 2, embeddingSize: 5, hiddenSize: 7, dropout: 0, tieWeights: false };
  cases.push([`${name(cell)}, two layers`, small, { batchSize: 3, sequenceLength: 4 }]);
  cases.push([
    `${name(cell)}, three layers with dropout`,
    { ...small, layers: 3, dropout: 0.4 },
    { batchSize: 4, sequenceLength: 3 },
  ]);
  const tied = { ...small, layers: 1, vocabularySize: 67, embeddingSize: 17, hiddenSize: 17, tieWeights: true };
  cases.push([`${name(cell)}, tied, large vocabulary`, tied, { batchSize: 8, sequenceLength: 2 }]);
  cases.push([`${name(cell)}, a single step`, { ...small, layers: 1 }, { batchSize: 1, sequenceLength: 1 }]);
}

/** Values that a step of the index makes look random, and that are exact in float32. */
const quarters = (i: number) => ((i * 7919) % 64) / 4;

const engine = await createOnnxRuntimeEngine({ provider: 'cpu', threads: 2 });
afterAll(() => engine.close());

describe('the onnxruntime engine computes what the reference kernels compute', () => {
  test.each(cases)('%s', async (_, form, size) => {
    const model = equalLayers(form);
    const window = { ...size, shards: 1 };
    const reference = createReferenceEngine();
    for (const graph of [
      trainingGraph(model, window, { seed: 5 }),
      scoringGraph(model, window),
      predictionGraph(model, window),
    ]) {
      const expected = prepare(reference, model, graph);
      const actual = prepare(engine, model, graph);
      await expected.run();
      await actual.run();
      for (const [output, [values]] of Object.entries(expected.outputs)) {
        expect(relativeError(actual.outputs[output]![0]!, values!), output).toBeLessThan(1e-5);
      }
    }
  });

  test.each(cells.map((cell) => [name(cell), cell] as const))(
    '%s as one operator, with its weights built in',
    async (_, cell) => {
      const model = twoLayers(cell);
      const window = { batchSize: 3, sequenceLength: 4, shards: 1 };
      const expected = prepare(createReferenceEngine(), model, scoringGraph(model, window));
      const actual = prepare(engine, model, (target) => scoringGraph(model, window, target), { constants: true });
      for (let time = 0; time < 2; time++) {
        await expected.run();
        await actual.run();
        for (const [output, [values]] of Object.entries(expected.outputs)) {
          expect(relativeError(actual.outputs[output]![0]!, values!), output).toBeLessThan(1e-5);
        }
        for (const program of [expected, actual]) {
          for (const state of stateNames(model)) program.inputs[state]![0]!.set(program.outputs[`next.${state}`]![0]!);
          program.inputs.tokens![0]!.fill(3);
        }
      }
    },
  );

  test.each([
    ['few', 2500, 65],
    ['many', 800, 3000],
  ])('rows added to %s others, each time and on all threads', async (_, terms, rows) => {
    const x = input('x', { rows: terms, columns: 128, sharded: true });
    const ids = input('ids', { rows: terms, columns: 1, sharded: true, integer: true });
    const programs = [engine, createReferenceEngine()].map((any) => any.compile({ sums: scatterAddRows(x, ids, rows) }));
    for (const { inputs } of programs) {
      inputs.x![0]!.set(Float32Array.from({ length: terms * 128 }, (_, i) => quarters(i)));
      inputs.ids![0]!.set(Int32Array.from({ length: terms }, (_, i) => (i * i) % 60));
    }
    const [actual, expected] = programs as [Program, Program];
    await expected.run();
    for (let time = 0; time < 30; time++) {
      await actual.run();
      const wrong = actual.outputs.sums![0]!.findIndex((sum, i) => sum !== expected.outputs.sums![0]![i]);
      expect(wrong, `run ${time}`).toBe(-1);
    }
  });

  test('a result in the memory of the input that it replaces', async () => {
    const state = input('state', { rows: 4, columns: 4, sharded: true });
    const place = [engine.allocateFloats(16)];
    const program = engine.compile(
      { next: matrixProduct(state, state), before: state },
      { inputs: { state: place }, outputs: { next: place } },
    );
    for (let i = 0; i < 16; i += 5) place[0]![i] = 2;
    await program.run();
    expect(program.outputs.before![0]![0]).toBe(2);
    await program.run();
    expect(program.outputs.before![0]![0]).toBe(4);
    expect(place[0]![15]).toBe(16);
  });
});
