import { expect, test } from 'vitest';
import { forPrivateMemory } from '../../../src/engine/typed-array/memory.js';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import { trainingGraph } from '../../../src/model/graphs.js';
import { equalLayers } from '../../model/short-form.js';
import { prepare } from '../model-fixture.js';

const model = equalLayers({
  vocabularySize: 11,
  cell: { type: 'gru', reset: 'after' },
  layers: 2,
  embeddingSize: 5,
  hiddenSize: 7,
  dropout: 0.3,
  tieWeights: false,
});

test('private memory gives the same bits as shared memory, in arrays that other code accepts', async () => {
  const graph = trainingGraph(model, { batchSize: 3, sequenceLength: 4, shards: 1 }, { seed: 5 });
  const [shared, alone] = (['shared', 'private'] as const).map((memory) => {
    return prepare(createTypedArrayEngine({ shards: 1, threads: 1, memory }), model, graph);
  });
  await shared!.run();
  await alone!.run();
  for (const [name, [values]] of Object.entries(shared!.outputs)) {
    expect(values!.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(alone!.outputs[name]![0]!.buffer).toBeInstanceOf(ArrayBuffer);
    expect(Array.from(alone!.outputs[name]![0]!), name).toEqual(Array.from(values!));
  }
});

test('arrays in private memory are not moved by later allocations', () => {
  const engine = createTypedArrayEngine({ shards: 1, threads: 1, memory: 'private' });
  const first = engine.allocateFloats(10).fill(3);
  for (let i = 0; i < 20; i++) engine.allocateFloats(1_000_000);
  expect(Array.from(first)).toEqual(new Array(10).fill(3));
});

test('exhausted private memory is an error that says what to make smaller', () => {
  const engine = createTypedArrayEngine({ shards: 1, threads: 1, memory: 'private' });
  expect(() => {
    for (let i = 0; i < 5; i++) engine.allocateFloats(0x10000000);
  }).toThrow(/GiB that the engine can address: make model.hiddenSize/);
});

test('a module without memory is not changed', () => {
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  expect(() => forPrivateMemory(empty)).toThrow('the module imports no memory');
});
