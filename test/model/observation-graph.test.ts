import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { type Outputs, topologicalOrder, type Values } from '../../src/graph/node.js';
import { inputOperation } from '../../src/graph/operations/input.js';
import { cells } from '../../src/model/cells/index.js';
import { adaptationGraph } from '../../src/model/graphs.js';
import { observationGraph } from '../../src/model/observation-graph.js';
import { recurrentStates } from '../../src/model/recurrent-states.js';
import { modelOptions } from '../../src/model/specification.js';

const [V, T, B] = [6, 4, 2];
const window = { batchSize: B, sequenceLength: T, shards: 1 };
const modelOf = (type: string, more: Record<string, unknown> = {}) =>
  modelOptions(
    {
      embedding: { size: 4 },
      layers: [
        { type, size: 4, ...more },
        { type: 'gru', size: 3 },
      ],
    },
    V,
  );

/** Random values for the inputs of a graph; probes are zero. */
function valuesFor(graph: Outputs): Record<string, [Values]> {
  const random = createRandom(8);
  const inputs = topologicalOrder(Object.values(graph)).filter(({ operation }) => operation === inputOperation);
  const values = inputs.map(({ rows, columns, attributes }) => {
    const name = attributes.name as string;
    const length = rows * columns;
    const draw = () => (name.startsWith('probe.') ? 0 : 0.7 * random.normal());
    return [
      name,
      [attributes.integer ? Int32Array.from({ length }, () => random.integer(V)) : Float64Array.from({ length }, draw)],
    ];
  });
  return {
    ...Object.fromEntries(values),
    weights: [Float64Array.from({ length: T * B }, (_, i) => (i < (T - 1) * B ? 0 : 1))],
    inverseCount: [Float64Array.of(1)],
  };
}
const compute = (graph: Outputs, inputs: Record<string, [Values]>) =>
  evaluate(graph, inputs, { shards: 1, allocate: (length) => new Float64Array(length) });

describe('a graph of observation', () => {
  const variants = [
    ...cells.map(({ type }) => [type, {}] as const),
    ['lstm', { normalization: 'layer' }] as const,
    ['qrnn', { window: 3 }] as const,
  ];

  test.each(variants)('has the gradients of the states of %s %o, as central differences have', (type, more) => {
    const model = modelOf(type, more);
    const graph = observationGraph(model, window, { states: true });
    const inputs = valuesFor(graph);
    const outputs = compute(graph, inputs);
    const states = recurrentStates(model);
    expect(new Set(states.map(({ layer }) => layer))).toEqual(new Set([0, 1]));
    for (const { name, columns } of states.flatMap(({ parts }) => parts)) {
      const probes = Array.from({ length: T }, (_, t) => inputs[`probe.${name} ${t}`]?.[0] as Float64Array | undefined);
      const derived = outputs[`gradient.probe.${name}`]![0]!;
      expect(derived).toHaveLength(T * B * columns);
      for (let i = 0; i < derived.length; i++) {
        const step = Math.floor(i / (B * columns));
        // No later step reads the state after the last one, so it has no probe.
        if (probes[step] === undefined) continue;
        const lossAt = (value: number) => {
          probes[step]![i % (B * columns)] = value;
          return compute(graph, inputs).loss![0]![0]!;
        };
        const numeric = (lossAt(1e-5) - lossAt(-1e-5)) / 2e-5;
        probes[step]![i % (B * columns)] = 0;
        expect(Math.abs(derived[i]! - numeric), `${name} ${i}`).toBeLessThan(1e-7);
      }
      // No later step reads the state after the last one.
      expect([...derived.slice((T - 1) * B * columns)].every((value) => value === 0)).toBe(true);
      expect([...derived.slice(0, (T - 1) * B * columns)].some((value) => value !== 0)).toBe(true);
    }
  });

  test('has the loss and the state of the model, and the named values of all steps', () => {
    const model = modelOf('lstm');
    const graph = observationGraph(model, window, { states: false, taps: ['layers.0.gate.f', 'layers.1.output'] });
    const inputs = valuesFor(graph);
    expect(Object.keys(inputs).some((name) => name.startsWith('probe.'))).toBe(false);
    const outputs = compute(graph, inputs);
    const plain = compute(adaptationGraph(model, window), inputs);
    expect(outputs.loss![0]![0]).toBeCloseTo(plain.loss![0]![0]!, 12);
    expect(outputs['next.h.1']).toEqual(plain['next.h.1']);
    expect(outputs['tap.layers.0.gate.f']![0]).toHaveLength(T * B * 4);
    expect([...outputs['tap.layers.1.output']![0]!.slice(-B * 3)]).toEqual([...outputs['next.h.1']![0]!]);
  });

  test('moves the state by what is in the probe, but not the output of the same step', () => {
    const model = modelOf('rnn');
    const graph = observationGraph(model, window, { states: true, taps: ['layers.0.output'] });
    const inputs = valuesFor(graph);
    const before = compute(graph, inputs)['tap.layers.0.output']![0]!;
    (inputs['probe.layers.0.state.h 1']![0] as Float64Array)[0] = 0.5;
    const after = compute(graph, inputs)['tap.layers.0.output']![0]!;
    const changed = [...after.entries()].filter(([i, value]) => value !== before[i]).map(([i]) => i);
    expect(Math.min(...changed)).toBe(2 * B * 4);
  });

  test('refuses a value that the model does not have, and a bidirectional model', () => {
    const model = modelOf('rnn');
    expect(() => observationGraph(model, window, { states: false, taps: ['layers.0.gate.f'] })).toThrow(
      'no value layers.0.gate.f',
    );
    const both = modelOptions({ embedding: { size: 4 }, layers: [{ type: 'rnn', size: 4 }], bidirectional: true }, V);
    expect(() => observationGraph(both, window, { states: true })).toThrow('one stack at a time');
  });
});
