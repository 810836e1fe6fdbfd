import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { architectureOf, layerIndexOf, unrolledLayers } from '../../src/model/architecture.js';
import { layersInWords } from '../../src/model/describe.js';
import { trainingGraph } from '../../src/model/graphs.js';
import { entryView, parameterTable } from '../../src/model/parameter-table.js';
import { parametersAt } from '../../src/model/places.js';
import { modelOptions } from '../../src/model/specification.js';
import { stackOptions, stackTable } from '../../src/model/stack-model.js';
import { inReadingOrder, stacksOf } from '../../src/model/stacks.js';

interface Golden {
  readonly sizes: { vocabulary: number; embedding: number; hidden: number; steps: number; batch: number };
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly results: Readonly<Record<string, readonly number[]>>;
}

const golden: Golden = JSON.parse(readFileSync(new URL('../golden/directions.json', import.meta.url), 'utf8'));
const { vocabulary, embedding, hidden, steps, batch } = golden.sizes;
const section = { bidirectional: true, embedding: { size: embedding }, layers: [{ type: 'lstm', size: hidden }] };
const options = modelOptions(section, vocabulary);
const [forward, backward] = stacksOf(options);

describe('a bidirectional model', () => {
  test('has the losses, the states and the gradients of two LSTMs of torch with one embedding and one decoder', () => {
    const graph = trainingGraph(options, { batchSize: batch, sequenceLength: steps, shards: 1 }, { seed: 1 });
    const values = { ...golden.parameters, ...golden.inputs };
    const inputs = Object.fromEntries(
      Object.entries(values).map(([name, list]) => [
        name,
        [/tokens|targets/.test(name) ? Int32Array.from(list) : Float64Array.from(list)],
      ]),
    );
    const counted = {
      weights: [new Float64Array(steps * batch).fill(1)],
      inverseCount: [Float64Array.of(1 / (steps * batch))],
    };
    const allocate = (length: number) => new Float64Array(length);
    const results = evaluate(graph, { ...inputs, ...counted, 'backward.weights': counted.weights } as never, {
      shards: 1,
      allocate,
    });
    expect(Object.keys(results).sort()).toEqual(Object.keys(golden.results).sort());
    for (const [name, expected] of Object.entries(golden.results)) {
      const actual = results[name]![0]!;
      expect(actual.length, name).toBe(expected.length);
      for (const [i, value] of expected.entries()) expect(actual[i], `${name} ${i}`).toBeCloseTo(value, 12);
    }
  });

  test('has the layers of both stacks once in its tables, and unrolls both', () => {
    const names = parameterTable(options).entries.map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('rnn.'))).toEqual(
      names.filter((name) => name.startsWith('backward.rnn.')).map((name) => name.slice('backward.'.length)),
    );
    expect(names.filter((name) => /^(encoder|decoder)/.test(name))).toEqual([
      'encoder.weight',
      'decoder.weight',
      'decoder.bias',
    ]);
    expect(architectureOf(options).states.map(({ name }) => name)).toEqual(['h.0', 'c.0', 'backward.h.0', 'backward.c.0']);
    expect(unrolledLayers(options)).toBe(2);
    expect(layerIndexOf(architectureOf(options), 'backward.rnn.bias_ih_l0')).toBe(0);
  });

  test('has parts by which each stack is frozen', () => {
    const architecture = architectureOf(options);
    expect(parametersAt(architecture, 'layers.0').every((name) => name.startsWith('rnn.'))).toBe(true);
    expect(parametersAt(architecture, 'backward.*').every((name) => name.startsWith('backward.rnn.'))).toBe(true);
    expect(parametersAt(architecture, '*layers.0')).toHaveLength(8);
  });

  test.each(stacksOf(options))('shows its $direction stack as a model of one direction, in the same memory', (stack) => {
    const table = parameterTable(options, new Set(['encoder.weight', 'backward.rnn.bias_hh_l0']));
    const arena = Float32Array.from({ length: table.arenaLength }, (_, i) => i);
    const own = stackTable(table, options, stack);
    const alone = parameterTable(stackOptions(options, stack));
    expect(own.entries.map(({ name, shape }) => [name, shape])).toEqual(alone.entries.map(({ name, shape }) => [name, shape]));
    expect(own.count).toBe(alone.count);
    const frozen = vocabulary * embedding + (stack.direction === 'backward' ? 4 * hidden : 0);
    expect(own.frozenCount).toBe(frozen);
    for (const entry of own.entries) {
      const whole = entry.part === 'layer' ? stack.prefix + entry.name : entry.name;
      expect(entryView(arena, entry), entry.name).toEqual(entryView(arena, table.entries.find(({ name }) => name === whole)!));
    }
  });

  test('and one that reads backward say so', () => {
    expect(layersInWords(options)).toBe('LSTM, 1 layer of 5, forward and backward');
    expect(layersInWords(stackOptions(options, backward!))).toBe('LSTM, 1 layer of 5, backward');
    expect(layersInWords(stackOptions(options, forward!))).toBe('LSTM, 1 layer of 5');
  });

  test('cannot also have a direction', () => {
    expect(() => modelOptions({ ...section, direction: 'backward' }, vocabulary)).toThrow(/direction.*bidirectional/);
  });
});

test('only a model that reads backward reads the tokens of a text from the end', () => {
  const tokens = Int32Array.of(1, 2, 3);
  expect([...inReadingOrder({ direction: 'backward' }, tokens)]).toEqual([3, 2, 1]);
  expect(inReadingOrder({}, tokens)).toBe(tokens);
});
