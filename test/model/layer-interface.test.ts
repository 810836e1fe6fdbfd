/** What a layer may declare and ask for, shown by a layer that uses all of it and is registered for this file alone. */

import { afterAll, describe, expect, test } from 'vitest';
import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { topologicalOrder, type Values } from '../../src/graph/node.js';
import { inputOperation } from '../../src/graph/operations/input.js';
import { scoringGraph, trainingGraph } from '../../src/model/graphs.js';
import { initialize } from '../../src/model/initialization.js';
import { entryView, parameterTable } from '../../src/model/parameter-table.js';
import { modelOptions } from '../../src/model/specification.js';
import { forgetProbe } from './probe-layer.js';

afterAll(forgetProbe);

const V = 5;
const modelOf = (section: Record<string, unknown>) => modelOptions(section, V);
const probed = () => modelOf({ embedding: { size: 3 }, layers: [{ type: 'rnn', size: 3 }, { type: 'probe' }] });

const sumOf = (values: Values) => Array.from(values).reduce((sum, value) => sum + value, 0);
const inDouble = { shards: 1, allocate: (length: number) => new Float64Array(length) };

/** Random values for all inputs of a graph; all targets count. */
function inputsOf(graph: ReturnType<typeof trainingGraph>, rows: number): Record<string, [Values]> {
  const random = createRandom(4);
  const inputs: Record<string, [Values]> = {};
  for (const { operation, attributes, rows: r, columns } of topologicalOrder(Object.values(graph))) {
    if (operation !== inputOperation) continue;
    const length = r * columns;
    inputs[attributes.name as string] = [
      attributes.integer
        ? Int32Array.from({ length }, () => random.integer(V))
        : Float64Array.from({ length }, () => 0.5 * random.normal()),
    ];
  }
  inputs.weights?.[0].fill(1);
  inputs.inverseCount?.[0].fill(1 / rows);
  return inputs;
}

describe('a parameter', () => {
  test('is initialized by its declaration, independent of the initialization, or by its role: gains 1 and buffers 0', () => {
    const table = parameterTable(probed());
    for (const type of ['pytorch', 'uniform', 'xavier-uniform', 'orthogonal'] as const) {
      const arena = new Float32Array(table.arenaLength).fill(9);
      initialize(arena, table, { type }, createRandom(1));
      const valuesOf = (name: string) => [...entryView(arena, table.entries.find((entry) => entry.name === name)!)];
      expect(valuesOf('layers.1.gain')).toEqual([1, 1, 1]);
      expect(valuesOf('layers.1.total')).toEqual([0, 0, 0]);
      expect(valuesOf('layers.1.bias')).toEqual([0.25, 0.25, 0.25]);
      expect(valuesOf('layers.1.seen')).toEqual([7]);
      expect(Math.floor(valuesOf('layers.1.offset')[0]!)).toBe(2);
    }
  });

  test('of the role buffer is stored after the trained ones, and counted separately', () => {
    const table = parameterTable(probed());
    expect(table.buffers.map(({ name }) => name)).toEqual(['layers.1.total', 'layers.1.seen']);
    expect(table.entries).toEqual([...table.trained, ...table.buffers]);
    expect(Math.min(...table.buffers.map(({ offset }) => offset))).toBe(table.trainedLength);
    expect(table.bufferCount).toBe(4);
    expect(table.count).toBe(table.trained.reduce((sum, { length }) => sum + length, 0));
  });
});

describe('a training graph', () => {
  const window = { batchSize: 2, sequenceLength: 3, shards: 1 };
  const rows = 6;

  test('differentiates a penalty of a layer, and does not include it in the loss', () => {
    const graph = trainingGraph(probed(), window, { seed: 1 });
    const inputs = inputsOf(graph, rows);
    const { loss, 'objective.squares': term, 'objective.activation': other } = evaluate(graph, inputs, inDouble);
    expect(other).toBeUndefined();
    const scored = evaluate(scoringGraph(probed(), window), inputs, inDouble).loss![0]!;
    expect(loss![0]![0]).toBeCloseTo(sumOf(scored) / rows, 12);
    expect(term![0]![0]).toBeGreaterThan(0);
    const total = () => {
      const found = evaluate({ loss: graph.loss!, term: graph['objective.squares']! }, inputs, inDouble);
      return found.loss![0]![0]! + found.term![0]![0]!;
    };
    for (const name of ['layers.1.gain', 'layers.1.bias', 'rnn.weight_hh_l0']) {
      const derived = evaluate({ gradient: graph[`gradient.${name}`]! }, inputs, inDouble).gradient![0]!;
      const values = inputs[name]![0];
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!;
        const [above, below] = [1e-6, -1e-6].map((step) => {
          values[i] = value + step;
          return total();
        });
        values[i] = value;
        expect(Math.abs((above! - below!) / 2e-6 - derived[i]!), `${name}[${i}]`).toBeLessThan(1e-8);
      }
    }
  });

  test('adds penalties of one name, and the term of the objective of that name', () => {
    const twice = modelOf({ embedding: { size: 3 }, layers: [{ type: 'probe' }, { type: 'probe' }] });
    const once = modelOf({ embedding: { size: 3 }, layers: [{ type: 'probe' }] });
    const graphs = [twice, once].map((model) => trainingGraph(model, window, { seed: 1 }));
    const inputs = inputsOf(graphs[0]!, rows);
    for (const name of ['layers.0', 'layers.1']) {
      inputs[`${name}.gain`]![0].fill(1);
      inputs[`${name}.bias`]![0].fill(0);
    }
    const [both, one] = graphs.map((graph) => evaluate(graph, inputs, inDouble)['objective.squares']![0]![0]!);
    expect(both).toBeCloseTo(2 * one!, 12);
  });

  test('computes the next value of a buffer over all shards, and no gradient of it', () => {
    const graph = trainingGraph(probed(), { ...window, batchSize: 4, shards: 2 }, { seed: 1, taps: ['layers.0.output'] });
    expect(graph['gradient.layers.1.total']).toBeUndefined();
    expect(graph['gradient.layers.1.seen']).toBeUndefined();
    expect(graph['buffer.layers.1.seen']).toBeUndefined();
    const single = Object.entries(inputsOf(graph, 12));
    const inputs = Object.fromEntries(single.map(([name, [values]]) => [name, [values, values]]));
    const found = evaluate(graph, inputs, { ...inDouble, shards: 2 });
    const [before] = inputs['layers.1.total']!;
    const outputs = found['tap.layers.0.output']!;
    const expected = Array.from(before!, (value, c) => {
      const columns = outputs.flatMap((part) => Array.from(part).filter((_, i) => i % 3 === c));
      return columns.reduce((sum, one) => sum + one, value);
    });
    for (const [c, value] of found['buffer.layers.1.total']![0]!.entries()) expect(value).toBeCloseTo(expected[c]!, 10);
  });
});

describe('a tap', () => {
  const window = { batchSize: 2, sequenceLength: 4, shards: 1 };
  const taps = ['gate.i', 'gate.f', 'gate.o', 'candidate.g', 'output', 'state.h', 'state.c'].map((name) => `layers.0.${name}`);

  test('has the values of all steps, and the gradient through all uses, including later steps of the layer', () => {
    const model = modelOf({ embedding: { size: 3 }, layers: [{ type: 'lstm', size: 3 }], dropout: 0.2 });
    const graph = trainingGraph(model, window, { seed: 1, taps: [...taps, 'logits'], objective: { activation: 0.4 } });
    const inputs = inputsOf(graph, 8);
    const found = Object.fromEntries(
      Object.entries(evaluate(graph, inputs, inDouble)).map(([name, [values]]) => [name, values!] as const),
    );
    const value = (name: string) => found[`tap.layers.0.${name}`]!;
    const gradient = (name: string) => found[`gradient.tap.layers.0.${name}`]!;
    expect(value('state.h')).toEqual(value('output'));
    expect(value('state.h').slice(-6)).toEqual(found['next.h.0']);
    expect(value('state.c').slice(-6)).toEqual(found['next.c.0']);
    const c = value('state.c');
    const before = Float64Array.from([...inputs['c.0']![0], ...c.slice(0, -6)]);
    // The chain rule from the tapped state to the biases of the gates: a use that is left out shows in one of them.
    const [i, f, o, g] = ['gate.i', 'gate.f', 'gate.o', 'candidate.g'].map(value) as [Values, Values, Values, Values];
    const dh = gradient('output');
    const dc = gradient('state.c');
    const expected = [
      (n: number) => dc[n]! * g[n]! * i[n]! * (1 - i[n]!),
      (n: number) => dc[n]! * before[n]! * f[n]! * (1 - f[n]!),
      (n: number) => dc[n]! * i[n]! * (1 - g[n]! * g[n]!),
      (n: number) => dh[n]! * Math.tanh(c[n]!) * o[n]! * (1 - o[n]!),
    ];
    for (const [gate, of] of expected.entries()) {
      for (let column = 0; column < 3; column++) {
        const sum = Array.from(dh.keys()).reduce((all, n) => all + (n % 3 === column ? of(n) : 0), 0);
        expect(found['gradient.rnn.bias_ih_l0']![3 * gate + column], `gate ${gate}`).toBeCloseTo(sum, 12);
      }
    }
    expect(gradient('state.h')).toEqual(dh);
  });

  test('of the logits has softmax minus target as its gradient', () => {
    const model = modelOf({ embedding: { size: 3 }, layers: [{ type: 'gru', size: 3 }] });
    const graph = trainingGraph(model, window, { seed: 1, taps: ['logits'] });
    const inputs = inputsOf(graph, 8);
    const found = evaluate(graph, inputs, inDouble);
    const logits = found['tap.logits']![0]!;
    const derived = found['gradient.tap.logits']![0]!;
    expect(logits.length).toBe(8 * V);
    for (let row = 0; row < 8; row++) {
      const exponents = logits.slice(row * V, (row + 1) * V).map(Math.exp);
      const sum = sumOf(exponents);
      for (let v = 0; v < V; v++) {
        const target = inputs.targets![0][row] === v ? 1 : 0;
        expect(derived[row * V + v]).toBeCloseTo((exponents[v]! / sum - target) / 8, 12);
      }
    }
  });

  test('that no layer has is an internal error', () => {
    expect(() => trainingGraph(probed(), window, { seed: 1, taps: ['layers.0.gate.f'] })).toThrow(
      'the model has no value layers.0.gate.f',
    );
  });

  test('of a layer without a state has its outputs and its own values', () => {
    const graph = trainingGraph(probed(), window, { seed: 1, taps: ['layers.1.output', 'layers.1.scaled'] });
    const found = evaluate(graph, inputsOf(graph, 8), inDouble);
    expect(found['tap.layers.1.output']![0]!.length).toBe(24);
    expect(found['gradient.tap.layers.1.output']).toEqual(found['gradient.tap.layers.1.scaled']);
  });
});
