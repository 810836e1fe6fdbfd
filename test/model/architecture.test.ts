import { expect, test } from 'vitest';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { architectureOf, attentionHeads, layerIndexOf, unrolledLayers } from '../../src/model/architecture.js';
import { createCarriedState } from '../../src/model/carried-state.js';
import { programPool, withPooled } from '../../src/model/program-pool.js';
import { modelOptions, withoutDropout } from '../../src/model/specification.js';

const layers = [
  { type: 'normalization' },
  { type: 'gru', size: 6, connection: 'dense' },
  { type: 'transformer', heads: 2, window: 3, positions: 'none' },
  { type: 'lstm', size: 10, connection: 'highway' },
  { type: 'attention', size: 5, window: 4 },
];
const options = modelOptions({ embedding: { size: 4 }, layers, head: { tie: true } }, 7);
const architecture = architectureOf(options);

test('each layer has the sizes that the layers before it give', () => {
  expect(architecture.layers.map(({ inputSize, size, outputSize }) => [inputSize, size, outputSize])).toEqual([
    [4, 4, 4],
    [4, 6, 10],
    [10, 10, 10],
    [10, 10, 10],
    [10, 5, 5],
  ]);
  expect(architecture.hiddenSize).toBe(5);
});

test('recurrent layers are numbered among themselves, as in torch, and others by their place', () => {
  const names = architecture.parameters.map(({ name }) => name);
  expect(names[0]).toBe('encoder.weight');
  expect(names).toEqual(
    expect.arrayContaining([
      'layers.0.weight',
      'rnn.weight_ih_l0',
      'layers.2.in_proj_weight',
      'rnn.weight_hh_l1',
      'layers.3.highway_weight',
      'layers.4.weight_q',
      'projection.weight',
      'decoder.bias',
    ]),
  );
  expect(new Set(names).size).toBe(names.length);
  expect(architecture.states.map(({ name, columns }) => `${name} ${columns}`)).toEqual([
    'h.0 6',
    'layers.2.keys 20',
    'layers.2.values 20',
    'layers.2.known 2',
    'h.1 10',
    'c.1 10',
    'layers.4.keys 15',
    'layers.4.values 15',
    'layers.4.known 3',
  ]);
  expect(new Set(architecture.parameters.map(({ part }) => part))).toEqual(new Set(['embedding', 'layer', 'head']));
  expect(architectureOf(options)).toBe(architecture);
});

test('the layer of a parameter or a part of the state is known by its name', () => {
  const indexOf = (name: string) => layerIndexOf(architecture, name);
  expect(['layers.0.weight', 'rnn.bias_hh_l0', 'h.0', 'c.1', 'layers.3.highway_bias', 'layers.4.known'].map(indexOf)).toEqual([
    0, 1, 1, 3, 3, 4,
  ]);
  expect(['encoder.weight', 'projection.weight', 'other'].map(indexOf)).toEqual([undefined, undefined, undefined]);
});

test('layers with a state are unrolled, and those with attention have a tap for each head', () => {
  expect(unrolledLayers(options)).toBe(4);
  expect(attentionHeads(options)).toEqual([
    { layer: 2, tap: 'layers.2.weights.head0' },
    { layer: 2, tap: 'layers.2.weights.head1' },
    { layer: 4, tap: 'layers.4.weights' },
  ]);
});

test.each<[object, boolean]>([
  [{}, true],
  [{ dropout: { state: 0.2, weight: 0.3 } }, true],
  [{ zoneout: { h: 0 } }, true],
  [{ zoneout: { h: 0.1 } }, false],
  [{ normalization: 'layer' }, false],
  [{ normalization: 'rms' }, false],
  [{ normalization: 'batch' }, false],
])('a trained layer with %j is one operator of ONNX and one module of torch: %j', (modifiers, standard) => {
  const changed = modelOptions({ embedding: { size: 4 }, layers: [{ type: 'gru', size: 4, ...modifiers }] }, 7);
  const { cell } = architectureOf(changed).layers[0]!.layer;
  expect([cell!.onnx !== undefined, cell!.torch !== undefined]).toEqual([standard, standard]);
});

test('RMS normalization has a gain, and layer normalization a bias as well', () => {
  const namesOf = (form: string) =>
    architectureOf(modelOptions({ embedding: { size: 4 }, layers: [{ type: 'normalization', form }] }, 7))
      .parameters.filter(({ part }) => part === 'layer')
      .map(({ name, role }) => `${name} ${role}`);
  expect(namesOf('rms')).toEqual(['layers.0.weight gain']);
  expect(namesOf('layer')).toEqual(['layers.0.weight gain', 'layers.0.bias bias']);
});

test('an unknown type of a layer or head is an error that names its key', () => {
  const unknown = { ...options, layers: [...options.layers, { ...options.layers[0]!, type: 'perceptron' }] };
  expect(() => architectureOf(unknown)).toThrow(/^the model: model\.layers\.5\.type is "perceptron"; allowed: lstm, /);
  expect(() => architectureOf({ ...options, head: { type: 'none' } })).toThrow(
    /^the model: model\.head\.type is "none"; allowed: softmax, /,
  );
});

test('a model without dropout has otherwise the same options', () => {
  const dropped = modelOptions(
    {
      embedding: { size: 4, dropout: { word: 0.2 } },
      dropout: 0.3,
      layers: [{ type: 'gru', size: 3, dropout: { state: 0.1 } }],
    },
    7,
  );
  expect(withoutDropout(dropped)).toEqual(modelOptions({ embedding: { size: 4 }, layers: [{ type: 'gru', size: 3 }] }, 7));
});

test.each([1, 2])('the carried state of %i shards is saved and loaded row by row', (shards) => {
  const lstm = modelOptions(
    {
      embedding: { size: 2 },
      layers: [
        { type: 'lstm', size: 2 },
        { type: 'gru', size: 3 },
      ],
    },
    5,
  );
  const state = createCarriedState(createReferenceEngine({ shards }), lstm, 4);
  expect(state.rowLength).toBe(7);
  expect(Object.keys(state.inputs)).toEqual(['h.0', 'c.0', 'h.1']);
  const rows = [0, 1, 2, 3].map((row) => Float32Array.from({ length: 7 }, (_, i) => 10 * (row + 1) + i));
  const read = (row: number) => {
    const found = new Float32Array(9).fill(-1);
    state.saveRow(row, found, 1);
    expect([found[0], found[8]]).toEqual([-1, -1]);
    return found.slice(1, 8);
  };
  for (const [row, values] of rows.entries()) state.loadRow(row, Float32Array.of(-1, ...values, -1), 1);
  expect([0, 1, 2, 3].map(read)).toEqual(rows);
  expect(state.inputs['c.0']!.flatMap((part) => [...part])).toEqual(rows.flatMap((values) => [values[2], values[3]]));
  const saved = state.save();
  state.resetRow(2);
  expect([0, 1, 2, 3].map(read)).toEqual([rows[0], rows[1], new Float32Array(7), rows[3]]);
  for (const parts of Object.values(state.outputs)) for (const part of parts) part.fill(5);
  state.carry();
  expect(read(3)).toEqual(new Float32Array(7).fill(5));
  state.restore(saved);
  expect([0, 1, 2, 3].map(read)).toEqual(rows);
  state.reset();
  expect(read(0)).toEqual(new Float32Array(7));
});

test('a pool of programs belongs to an engine, a model and a kind, and is given back what was taken', async () => {
  const [engine, model] = [createReferenceEngine(), {}];
  const pool = programPool<number>(engine, model, 'kind');
  let made = 0;
  const use = (result: number) =>
    withPooled(
      pool,
      () => ++made,
      async (item) => 10 * item + result,
    );
  expect([await use(1), await use(2)]).toEqual([11, 12]);
  expect(await Promise.all([use(1), use(2)])).toEqual([11, 22]);
  expect(pool).toHaveLength(2);
  await expect(
    withPooled(
      pool,
      () => ++made,
      () => Promise.reject(new Error('stop')),
    ),
  ).rejects.toThrow('stop');
  expect([made, pool.length]).toEqual([2, 2]);
  expect(programPool(engine, model, 'kind')).toBe(pool);
  for (const other of [
    programPool(engine, model, 'other'),
    programPool(engine, {}, 'kind'),
    programPool(createReferenceEngine(), model, 'kind'),
  ])
    expect(other).toEqual([]);
});
