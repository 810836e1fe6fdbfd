import { describe, expect, test } from 'vitest';
import { isLayerMatrix } from '../../src/model/declarations.js';
import {
  bufferBindings,
  entryView,
  gradientBindings,
  parameterBindings,
  parameterNodes,
  parameterTable,
} from '../../src/model/parameter-table.js';
import { modelOptions } from '../../src/model/specification.js';

// Batch normalization of 3 values has two vectors of 3 and two buffers of 3: not a multiple of four.
const options = modelOptions(
  { embedding: { size: 3 }, layers: [{ type: 'rnn', size: 3 }, { type: 'batch-normalization' }] },
  5,
);
const buffers = ['layers.1.running_mean', 'layers.1.running_var'];
const frozen = new Set(['rnn.weight_hh_l0', 'decoder.bias']);

/** Where a view begins in its arena. */
const startOf = (view: Float32Array) => view.byteOffset / 4;

describe('the table of a model', () => {
  test.each([new Set<string>(), frozen])('has trained parameters, buffers and frozen ones after each other: %j', (names) => {
    const table = parameterTable(options, names);
    const trained = table.entries.filter(({ name }) => !names.has(name) && !buffers.includes(name));
    expect(table.trained).toEqual(trained);
    expect(table.buffers.map(({ name }) => name)).toEqual(buffers);
    const kept = table.entries.filter(({ name }) => names.has(name));
    let end = 0;
    for (const { name, offset, length, shape } of [...trained, ...table.buffers, ...kept]) {
      expect([offset, offset % 4], name).toEqual([end, 0]);
      expect(length).toBe(shape.reduce((product: number, size) => product * size, 1));
      if (name === buffers[0]) expect(offset).toBe(table.trainedLength);
      end = Math.ceil((offset + length) / 4) * 4;
      if (name === buffers[1]) expect(end).toBe(table.changedLength);
    }
    expect(table.arenaLength).toBe(end);
  });

  test('counts the numbers without the gaps between parameters', () => {
    // Embedding, two matrices and two biases, gain and bias, head.
    const count = 15 + 9 + 9 + 3 + 3 + 3 + 3 + 15 + 5;
    expect(parameterTable(options)).toMatchObject({ count, frozenCount: 0, bufferCount: 6 });
    expect(parameterTable(options, frozen)).toMatchObject({ count, frozenCount: 9 + 5, bufferCount: 6 });
  });

  test('has the order of the architecture, whatever is frozen', () => {
    const names = parameterTable(options).entries.map(({ name }) => name);
    expect(parameterTable(options, new Set([...frozen, buffers[1]!])).entries.map(({ name }) => name)).toEqual(names);
    expect(names.slice(-2)).toEqual(buffers);
  });

  test('a frozen buffer is counted as a buffer, and training does not write it', () => {
    const table = parameterTable(options, new Set([buffers[1]!]));
    expect(table.buffers.map(({ name }) => name)).toEqual([buffers[0]]);
    expect([table.frozenCount, table.bufferCount]).toEqual([0, 6]);
  });
});

test('each parameter, gradient and buffer is bound to its own part of an arena', () => {
  const table = parameterTable(options, frozen);
  const arena = new Float32Array(table.arenaLength);
  const parameters = parameterBindings(table, arena);
  expect(Object.keys(parameters)).toEqual(table.entries.map(({ name }) => name));
  for (const { name, offset, length } of table.entries) {
    const [view] = parameters[name]!;
    expect([view!.buffer, startOf(view!), view!.length]).toEqual([arena.buffer, offset, length]);
  }
  expect(entryView(arena, table.entries[1]!)).toEqual(parameters[table.entries[1]!.name]![0]);
  const gradients = gradientBindings(table, new Float32Array(table.trainedLength));
  expect(Object.keys(gradients)).toEqual(table.trained.map(({ name }) => `gradient.${name}`));
  for (const { name, offset, length } of table.trained) {
    const [view] = gradients[`gradient.${name}`]!;
    expect([startOf(view!), view!.length]).toEqual([offset, length]);
  }
  const next = bufferBindings(table, new Float32Array(table.changedLength - table.trainedLength));
  expect(Object.entries(next).map(([name, [view]]) => [name, startOf(view!), view!.length])).toEqual([
    [`buffer.${buffers[0]}`, 0, 3],
    [`buffer.${buffers[1]}`, 4, 3],
  ]);
});

test('a vector is one row of a graph, a matrix keeps its shape', () => {
  const nodes = parameterNodes(parameterTable(options).entries);
  const shapes = Object.fromEntries(Object.entries(nodes).map(([name, { rows, columns }]) => [name, [rows, columns]]));
  expect(shapes).toMatchObject({ 'encoder.weight': [5, 3], 'decoder.bias': [1, 5], 'layers.1.running_mean': [1, 3] });
});

test('matrices of layers are those that multiply its input or its state', () => {
  const matrices = parameterTable(options).entries.filter(isLayerMatrix);
  expect(matrices.map(({ name }) => name)).toEqual(['rnn.weight_ih_l0', 'rnn.weight_hh_l0']);
});
