import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { cells as registry } from '../../src/model/cells/index.js';
import { predictionGraph } from '../../src/model/graphs.js';
import { type InitializationOptions, initialize } from '../../src/model/initialization.js';
import { entryView, parameterBindings, parameterTable } from '../../src/model/parameter-table.js';
import { modelOptions } from '../../src/model/specification.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { smallConfig, train } from '../train/run-fixture.js';
import { cells, equalLayers, type ShortForm } from './short-form.js';

const lstm: ShortForm = {
  vocabularySize: 60,
  cell: { type: 'lstm' },
  layers: 2,
  embeddingSize: 48,
  hiddenSize: 32,
  dropout: 0,
  tieWeights: false,
};

/** The parameters that are drawn for a model, by their names. */
function drawn(options: InitializationOptions, model = lstm) {
  const table = parameterTable(equalLayers(model));
  const arena = new Float32Array(table.arenaLength);
  initialize(arena, table, options, createRandom(3));
  return table.entries.map((entry) => ({ ...entry, values: entryView(arena, entry) }));
}

/** A matrix without a beginning of its own, cut into its gates: [name, values, rows, columns]. */
function gatesOf(entries: ReturnType<typeof drawn>) {
  return entries
    .filter(({ shape, initial }) => shape.length === 2 && initial === undefined)
    .flatMap(({ name, shape: [height, columns], blocks = 1, values }) => {
      const rows = height / blocks;
      const size = rows * columns!;
      return Array.from({ length: height / rows }, (_, gate) => ({
        name: `${name}, gate ${gate}`,
        values: values.subarray(gate * size, (gate + 1) * size),
        rows,
        columns: columns!,
      }));
    });
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const moment = (values: ArrayLike<number>, order: 2 | 4) =>
  mean(Array.from(values, (value) => (order === 2 ? value * value : value * value * value * value)));

/** Four standard errors of the estimates decide; a uniform variable in ±b has the moments b²/3 and b⁴/5. */
function expectUniform(values: Float32Array, bound: number, name: string) {
  const n = values.length;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest, name).toBeLessThanOrEqual(Math.fround(bound));
  expect(largest, name).toBeGreaterThan(bound * (1 - 20 / n));
  expect(Math.abs(mean(values)), name).toBeLessThan((4 * bound) / Math.sqrt(3 * n));
  const square = bound * bound;
  expect(Math.abs(moment(values, 2) - square / 3), name).toBeLessThan(4 * square * Math.sqrt((1 / 5 - 1 / 9) / n));
}

/** A normal variable of variance v has the moments v and 3 v². */
function expectNormal(values: Float32Array, variance: number, name: string) {
  const n = values.length;
  expect(Math.abs(mean(values)), name).toBeLessThan(4 * Math.sqrt(variance / n));
  expect(Math.abs(moment(values, 2) - variance), name).toBeLessThan(4 * variance * Math.sqrt(2 / n));
  expect(Math.abs(moment(values, 4) - 3 * variance * variance), name).toBeLessThan(4 * variance * variance * Math.sqrt(96 / n));
}

/** Vectors without a beginning of their own. */
const biases = (entries: ReturnType<typeof drawn>) =>
  entries.filter(({ shape, initial }) => shape.length === 1 && initial === undefined);

describe('initialization', () => {
  test('pytorch draws the embedding from N(0, 1) and all else uniformly in ±1/sqrt(H)', () => {
    for (const { name, values } of drawn({ type: 'pytorch' })) {
      if (name === 'encoder.weight') expectNormal(values, 1, name);
      else expectUniform(values, 1 / Math.sqrt(32), name);
    }
  });

  test('uniform draws every parameter uniformly in ±range, by default 0.1', () => {
    for (const { name, values } of drawn({ type: 'uniform', range: 0.4 })) expectUniform(values, 0.4, name);
    for (const { name, values } of drawn({ type: 'uniform' })) expectUniform(values, 0.1, name);
  });

  test('xavier-uniform draws each gate uniformly with variance 2/(fan in + fan out), and biases are 0', () => {
    const entries = drawn({ type: 'xavier-uniform' });
    for (const { name, values, rows, columns } of gatesOf(entries))
      expectUniform(values, Math.sqrt(6 / (rows + columns)), name);
    for (const { values } of biases(entries)) expect(values.every((value) => value === 0)).toBe(true);
  });

  test('xavier-normal draws each gate from a normal distribution of variance 2/(fan in + fan out), and biases are 0', () => {
    const entries = drawn({ type: 'xavier-normal' });
    for (const { name, values, rows, columns } of gatesOf(entries)) expectNormal(values, 2 / (rows + columns), name);
    for (const { values } of biases(entries)) expect(values.every((value) => value === 0)).toBe(true);
  });

  test.each(cells.flatMap((cell) => [1, 2, 8, 33, 130].map((hiddenSize) => ({ cell, hiddenSize }))))(
    'orthogonal makes each recurrent gate W of $cell.type orthogonal: W W’ = I, H = $hiddenSize',
    ({ cell, hiddenSize: H }) => {
      const model = { ...lstm, cell, hiddenSize: H };
      const entries = drawn({ type: 'orthogonal' }, model);
      for (const { name, values: W, columns } of gatesOf(entries)) {
        if (!name.startsWith('rnn.weight_hh')) continue;
        expect(columns).toBe(H);
        let largest = 0;
        for (let i = 0; i < H; i++) {
          for (let j = 0; j <= i; j++) {
            let product = 0;
            for (let c = 0; c < H; c++) product += W[i * H + c]! * W[j * H + c]!;
            largest = Math.max(largest, Math.abs(product - (i === j ? 1 : 0)));
          }
        }
        expect(largest, name).toBeLessThan(1e-6);
      }
    },
  );

  test('orthogonal draws what is not recurrent as xavier-uniform does, and gates that differ', () => {
    const entries = drawn({ type: 'orthogonal' });
    const gates = gatesOf(entries);
    for (const { name, values, rows, columns } of gates) {
      if (!name.startsWith('rnn.weight_hh')) expectUniform(values, Math.sqrt(6 / (rows + columns)), name);
    }
    const recurrent = gates.filter(({ name }) => name.startsWith('rnn.weight_hh'));
    expect(new Set(recurrent.map(({ values }) => values[0])).size).toBe(recurrent.length);
    for (const { values } of biases(entries)) expect(values.every((value) => value === 0)).toBe(true);
  });

  test('identity makes each recurrent gate scale times the identity, and draws the rest as xavier-uniform does', () => {
    for (const cell of cells) {
      for (const scale of [undefined, 0.25]) {
        const entries = drawn({ type: 'identity', scale }, { ...lstm, cell });
        const recurrent = entries.filter(({ role }) => role === 'recurrent');
        for (const { name, values, rows, columns } of gatesOf(entries)) {
          const isIdentity = recurrent.some((entry) => name.startsWith(`${entry.name},`)) && rows === columns;
          if (!isIdentity) expectUniform(values, Math.sqrt(6 / (rows + columns)), name);
          else
            for (const [i, value] of values.entries())
              expect(value, name).toBe(Math.floor(i / columns) === i % columns ? (scale ?? 1) : 0);
        }
        for (const { values } of biases(entries)) expect(values.every((value) => value === 0)).toBe(true);
      }
    }
  });

  test('chrono begins forget gates with ln u, u uniform between 1 and Tmax - 1, and input gates with the opposite', () => {
    const model = { ...lstm, hiddenSize: 2000, embeddingSize: 2, layers: 1, vocabularySize: 3 };
    const entries = drawn({ type: 'xavier-uniform', chrono: 50 }, model);
    const bias = (name: string) => entries.find((entry) => entry.name === name)!.values;
    expect(bias('rnn.bias_hh_l0').every((value) => value === 0)).toBe(true);
    const [i, f, rest] = [0, 1, 2].map((gate) =>
      bias('rnn.bias_ih_l0').subarray(gate * 2000, (gate === 2 ? 4 : gate + 1) * 2000),
    );
    expect(rest!.every((value) => value === 0)).toBe(true);
    expect(Array.from(i!, (value) => -value)).toEqual([...f!]);
    // u is uniform in 1 to 49: centred on 25, with the half width 24.
    expectUniform(
      Float32Array.from(f!, (value) => Math.exp(value) - 25),
      24,
      'u',
    );
  });

  test.each([
    { cell: { type: 'gru' }, gates: 3, gate: 1, sign: 1 },
    { cell: { type: 'gru', reset: 'before' }, gates: 3, gate: 1, sign: 1 },
    { cell: { type: 'mgu' }, gates: 2, gate: 0, sign: -1 },
    { cell: { type: 'mingru' }, gates: 2, gate: 0, sign: -1 },
  ] as const)('chrono begins the update gate of $cell with ln u where it keeps the state, else with -ln u', (given) => {
    const { cell, gates, gate, sign } = given;
    const H = 2000;
    const model = { ...lstm, cell, hiddenSize: H, embeddingSize: 2, layers: 1, vocabularySize: 3 };
    const biases = drawn({ type: 'xavier-uniform', chrono: 50 }, model).filter(({ name }) => name.startsWith('rnn.bias'));
    for (const [k, { name, values }] of biases.entries())
      for (let block = 0; block < gates; block++) {
        const own = values.subarray(block * H, (block + 1) * H);
        if (k > 0 || block !== gate)
          expect(
            own.every((value) => value === 0),
            `${name}, gate ${block}`,
          ).toBe(true);
        // u is uniform in 1 to 49: centred on 25, with the half width 24.
        else
          expectUniform(
            own.map((value) => Math.exp(sign * value) - 25),
            24,
            name,
          );
      }
  });

  test.each([{ type: 'gru' }, { type: 'gru', reset: 'before' }, { type: 'mgu' }, { type: 'mingru', candidate: 'linear' }])(
    'after chrono a layer of %o keeps a state for about u steps',
    async (cell) => {
      const H = 64;
      const model = equalLayers({ ...lstm, cell, hiddenSize: H, embeddingSize: 2, layers: 1, vocabularySize: 3 });
      const table = parameterTable(model);
      const engine = createReferenceEngine();
      const arena = engine.allocateFloats(table.arenaLength);
      initialize(arena, table, { type: 'xavier-uniform', chrono: 50 }, createRandom(3));
      // Without weights the gates are what their biases say, and the candidate is zero: one step multiplies the state by the share kept.
      const bias = entryView(arena, table.entries.find(({ name }) => name.startsWith('rnn.bias'))!);
      for (const entry of table.entries) if (entry.shape.length === 2) entryView(arena, entry).fill(0);
      const graph = predictionGraph(model, { batchSize: 1, sequenceLength: 1, shards: 1 });
      const program = engine.compile(graph, { inputs: parameterBindings(table, arena) });
      program.inputs['h.0']![0]!.fill(1);
      await program.run();
      const gate = cell.type === 'gru' ? bias.subarray(H, 2 * H) : bias.subarray(0, H);
      for (const [unit, kept] of program.outputs['next.h.0']![0]!.entries()) {
        const u = Math.exp(Math.abs(gate[unit]!));
        expect(Math.abs(kept - u / (1 + u)), `unit ${unit}`).toBeLessThan(1e-6);
        expect(kept).toBeGreaterThanOrEqual(0.5);
      }
    },
  );

  test('chrono leaves coupled gates without an input gate of their own', () => {
    const model = { ...lstm, cell: { type: 'lstm', coupledGates: true }, layers: 1 } as const;
    const bias = drawn({ type: 'xavier-uniform', chrono: 20 }, model).find(({ name }) => name === 'rnn.bias_ih_l0')!.values;
    expect(bias.length).toBe(3 * 32);
    expect(bias.subarray(0, 32).every((value) => value > 0 && value <= Math.log(19))).toBe(true);
    expect(bias.subarray(32).every((value) => value === 0)).toBe(true);
  });

  test('the forgetBias of a layer comes before what the model says', () => {
    const layers = [
      { type: 'lstm', size: 8, forgetBias: 3 },
      { type: 'lstm', size: 8 },
      { type: 'lstm', size: 8, forgetBias: -1 },
    ];
    const table = parameterTable(modelOptions({ embedding: { size: 4 }, layers }, 5));
    for (const options of [
      { type: 'pytorch', forgetBias: 2 },
      { type: 'pytorch', chrono: 9 },
    ] as const) {
      const arena = new Float32Array(table.arenaLength);
      initialize(arena, table, options, createRandom(1));
      const forget = (name: string) => entryView(arena, table.entries.find((entry) => entry.name === name)!).subarray(8, 16);
      for (const [layer, value] of [3, undefined, -1].entries()) {
        if (value === undefined) continue;
        expect([...forget(`rnn.bias_ih_l${layer}`)]).toEqual(new Array(8).fill(value));
        expect(forget(`rnn.bias_hh_l${layer}`).every((other) => other === 0)).toBe(true);
      }
      const middle = [...forget('rnn.bias_ih_l1')];
      if ('forgetBias' in options) expect(middle).toEqual(new Array(8).fill(2));
      else expect(middle.every((value) => value > 0 && value <= Math.log(8))).toBe(true);
    }
  });

  test('every cell with the option forgetBias begins the biases of one gate with it', () => {
    for (const { type } of registry.filter(({ options }) => 'forgetBias' in options)) {
      const layers = [3, undefined].map((forgetBias) => ({ type, size: 8, ...(forgetBias && { forgetBias }) }));
      const table = parameterTable(modelOptions({ embedding: { size: 8 }, layers }, 5));
      const arena = new Float32Array(table.arenaLength);
      initialize(arena, table, { type: 'pytorch' }, createRandom(1));
      /** Sums over the biases of a layer, gate by gate. */
      const gates = (layer: number) => {
        const biases = table.entries.filter(({ name, role }) => role === 'bias' && name.endsWith(`_l${layer}`));
        const forget = biases.filter(({ forgetGate }) => forgetGate);
        const { blocks = 1 } = forget[0]!;
        const size = entryView(arena, forget[0]!).length / blocks;
        return Array.from({ length: blocks }, (_, gate) =>
          Array.from({ length: size }, (_, i) =>
            forget.reduce((sum, entry) => sum + entryView(arena, entry)[size * gate + i]!, 0),
          ),
        );
      };
      const begins = (values: readonly number[]) => values.every((value) => value === 3);
      expect(gates(0).filter(begins).length, type).toBe(1);
      expect(gates(1).filter(begins).length, type).toBe(0);
    }
  });

  test('the decay of an RG-LRU, sigmoid(lambda)^8, is uniform between 0.9 and 0.999, whatever the type', () => {
    for (const type of ['pytorch', 'orthogonal'] as const) {
      const model = { ...lstm, cell: { type: 'rg-lru' }, hiddenSize: 2000, embeddingSize: 2, layers: 1, vocabularySize: 3 };
      const lambda = drawn({ type }, model).find(({ name }) => name === 'rnn.lambda_l0')!.values;
      const decay = Float64Array.from(lambda, (value) => (1 / (1 + Math.exp(-value))) ** 8);
      expectUniform(
        Float32Array.from(decay, (value) => value - 0.9495),
        0.0495 * (1 + 1e-6),
        'decay',
      );
    }
  });

  test('the highway gate of an SRU begins with highwayBias', () => {
    const cell = (highwayBias: number) => ({ ...lstm, cell: { type: 'sru', highwayBias } });
    for (const value of [0, -2]) {
      const found = drawn({ type: 'uniform', range: 0.5 }, cell(value)).find(({ name }) => name === 'rnn.bias_r_l0')!.values;
      expect(Array.from(found)).toEqual(new Array(32).fill(value));
    }
  });

  test.each(['pytorch', 'uniform', 'xavier-uniform', 'xavier-normal', 'orthogonal', 'identity'] as const)(
    'with forgetBias the two biases of the forget gate add up to it, and nothing else changes: %s',
    (type) => {
      const without = drawn({ type });
      for (const [i, { name, values }] of drawn({ type, forgetBias: 1.5 }).entries()) {
        const expected = Float32Array.from(without[i]!.values);
        // The gates are i, f, g, o, each 32 wide.
        if (name.startsWith('rnn.bias_ih')) expected.fill(1.5, 32, 64);
        if (name.startsWith('rnn.bias_hh')) expected.fill(0, 32, 64);
        expect(values, name).toEqual(expected);
      }
    },
  );

  test.each(['xavier-uniform', 'xavier-normal', 'orthogonal', 'identity'])(
    'a run begins with finite losses: %s',
    async (type) => {
      const folder = temporaryFolder();
      const config = smallConfig(folder, { epochs: 1 }, { initialization: { type }, hiddenSize: 20 });
      const losses = (await train(config, join(folder, 'run'))).flatMap((event) => (event.type === 'step' ? [event.loss] : []));
      expect(losses.length).toBeGreaterThan(5);
      // Little is known at first: about the logarithm of the vocabulary's size.
      for (const loss of losses.slice(0, 3)) expect(Math.abs(loss - Math.log(20))).toBeLessThan(1);
    },
  );
});
