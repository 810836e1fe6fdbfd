import { afterAll, describe, expect, it } from 'vitest';
import { gradientFlow } from '../../src/diagnose/gradient-flow.js';
import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { initialize } from '../../src/model/initialization.js';
import { observationGraph } from '../../src/model/observation-graph.js';
import { entryView, parameterTable } from '../../src/model/parameter-table.js';
import { type ModelOptions, modelOptions } from '../../src/model/specification.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
afterAll(() => engine.close());
const V = 7;

function networkOf(layers: Record<string, unknown>[], change: (name: string, values: Float32Array) => void = () => {}) {
  const options = modelOptions({ embedding: { size: 4 }, layers }, V);
  const table = parameterTable(options);
  const arena = engine.allocateFloats(table.arenaLength);
  initialize(arena, table, { type: 'xavier-uniform' }, createRandom(3));
  for (const entry of table.entries) change(entry.name, entryView(arena, entry));
  return { options, table, arena };
}
const text = (length: number) => {
  const random = createRandom(4);
  return Int32Array.from({ length }, () => random.integer(V));
};

describe('gradientFlow', () => {
  it('is the mean norm of the gradients of all places, as a plain loop in float64 computes it', async () => {
    const network = networkOf([
      { type: 'lstm', size: 3 },
      { type: 'rnn', size: 4 },
    ]);
    const [lags, places, windows] = [4, 2, 2];
    const tokens = text(40);
    const flows = await gradientFlow({ network, engine, tokens, lags, batchSize: places, windows });
    expect(flows.map(({ layer }) => layer)).toEqual([0, 1]);
    const expected = plainFlow(network, tokens, { lags, places, windows });
    for (const [i, { norms }] of flows.entries()) {
      expect(norms).toHaveLength(lags);
      for (const [lag, norm] of norms.entries()) expect(norm / expected[i]![lag]!).toBeCloseTo(1, 4);
    }
  });

  it('falls by the factor of a network whose state shrinks by it, which gives the horizon', async () => {
    // A relu network whose state stays positive is linear: h = 0.5 h + x.
    const network = networkOf([{ type: 'rnn', nonlinearity: 'relu', size: 4 }], (name, values) => {
      if (name === 'rnn.weight_hh_l0') values.set(Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 0.5 : 0)));
      if (name === 'rnn.bias_ih_l0') values.fill(30);
    });
    const [flow] = await gradientFlow({ network, engine, tokens: text(200), lags: 12, batchSize: 4, windows: 2 });
    for (const [lag, norm] of flow!.norms.entries()) expect(norm / flow!.norms[0]!).toBeCloseTo(2 ** -lag, 5);
    expect(flow!.rate).toBeCloseTo(0.5, 5);
    // 2^-6 is above 1%, 2^-7 below.
    expect(flow!.horizon).toBe(7);
  });

  it('has no horizon where the state is kept, and a rate above 1 where gradients explode', async () => {
    const scaled = (scale: number) => (name: string, values: Float32Array) => {
      if (name === 'rnn.weight_hh_l0') values.set(Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? scale : 0)));
      if (name === 'rnn.bias_ih_l0') values.fill(30);
    };
    for (const scale of [1, 1.25]) {
      const network = networkOf([{ type: 'rnn', nonlinearity: 'relu', size: 4 }], scaled(scale));
      const [flow] = await gradientFlow({ network, engine, tokens: text(100), lags: 12, batchSize: 2, windows: 1 });
      expect(flow!.rate).toBeCloseTo(scale, 4);
      expect(flow!.horizon).toBeUndefined();
    }
  });

  it('uses fewer places of a short text, and the first window where there is no other', async () => {
    const network = networkOf([{ type: 'gru', size: 3 }]);
    const tokens = text(10);
    const [flow] = await gradientFlow({ network, engine, tokens, lags: 7, batchSize: 8, windows: 3 });
    const [expected] = plainFlow(network, tokens, { lags: 7, places: 1, windows: 0 });
    for (const [lag, norm] of flow!.norms.entries()) expect(norm / expected![lag]!).toBeCloseTo(1, 4);
    await expect(gradientFlow({ network, engine, tokens, lags: 9, batchSize: 1, windows: 1 })).rejects.toThrow(
      'no window of 10 steps',
    );
  });

  it('is nothing for a model without recurrent layers', async () => {
    const network = networkOf([{ type: 'transformer', heads: 2, window: 4 }]);
    expect(await gradientFlow({ network, engine, tokens: text(40), lags: 4, batchSize: 2, windows: 1 })).toEqual([]);
  });
});

interface PlainOptions {
  readonly lags: number;
  readonly places: number;
  /** Windows after the first one; 0 for the first one alone. */
  readonly windows: number;
}

/** By layer: the mean norms by lag, one place after another on the plain kernels in float64. */
function plainFlow(
  { options, table, arena }: { options: ModelOptions; table: ReturnType<typeof parameterTable>; arena: Float32Array },
  tokens: Int32Array,
  { lags, places, windows }: PlainOptions,
): number[][] {
  const steps = lags + 1;
  const graph = observationGraph(options, { batchSize: 1, sequenceLength: steps, shards: 1 }, { states: true });
  const parameters = Object.fromEntries(
    table.entries.map((entry) => [entry.name, [Float64Array.from(entryView(arena, entry))]]),
  );
  const sums = options.layers.map(() => Array.from({ length: lags }, () => 0));
  for (let place = 0; place < places; place++) {
    let state: Record<string, Float64Array[]> = {};
    for (let number = 0; number <= windows; number++) {
      const start = place * Math.floor((tokens.length - 1) / places) + number * steps;
      const zeros = Object.fromEntries(
        Object.keys(graph)
          .filter((name) => name.startsWith('next.'))
          .map((name) => [name.slice('next.'.length), [new Float64Array(graph[name]!.columns)]]),
      );
      const probes = Object.keys(graph).filter((name) => name.startsWith('gradient.probe.'));
      const inputs = {
        ...parameters,
        ...zeros,
        ...state,
        ...Object.fromEntries(
          probes.flatMap((name) =>
            Array.from({ length: steps }, (_, t) => [
              `${name.slice('gradient.'.length)} ${t}`,
              [new Float64Array(graph[name]!.columns)],
            ]),
          ),
        ),
        tokens: [tokens.slice(start, start + steps)],
        targets: [tokens.slice(start + 1, start + 1 + steps)],
        weights: [Float64Array.from({ length: steps }, (_, t) => (t === lags ? 1 : 0))],
        inverseCount: [Float64Array.of(1)],
      };
      const outputs = evaluate(graph, inputs, { shards: 1, allocate: (length) => new Float64Array(length) });
      state = Object.fromEntries(Object.keys(zeros).map((name) => [name, outputs[`next.${name}`] as Float64Array[]]));
      if (number === 0 && windows > 0) continue;
      for (const [layer, sum] of sums.entries())
        for (let lag = 0; lag < lags; lag++) {
          const parts = probes.filter((name) => name.startsWith(`gradient.probe.layers.${layer}.`));
          const squares = parts.flatMap((name) => {
            const { columns } = graph[name]!;
            return [...outputs[name]![0]!.slice((lags - 1 - lag) * columns, (lags - lag) * columns)].map(
              (value) => value * value,
            );
          });
          sum[lag]! += Math.sqrt(squares.reduce((total, value) => total + value, 0));
        }
    }
  }
  return sums.map((sum) => sum.map((value) => value / (places * Math.max(1, windows))));
}
