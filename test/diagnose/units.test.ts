import { afterAll, describe, expect, it } from 'vitest';
import { observeText } from '../../src/diagnose/observe.js';
import { unitObserver } from '../../src/diagnose/units.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { collectValues } from './collected-values.js';
import { randomNetwork, randomTokens } from './random-network.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
afterAll(() => engine.close());

const V = 6;
const tokens = randomTokens(60, V);
const sizes = { engine, tokens, batchSize: 3, sequenceLength: 8 };
const ofLayers = (layers: readonly object[], range = 1) => randomNetwork(engine, { embedding: { size: 4 }, layers }, V, range);

async function reportOf({ network }: ReturnType<typeof ofLayers>) {
  const observer = unitObserver(network.options);
  await observeText({ network, ...sizes }, [observer]);
  return observer.result();
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Sets what units of a layer of `rnn` add to their sums: they see nothing but this. */
function fix({ view }: ReturnType<typeof ofLayers>, biases: ReadonlyMap<number, number>): void {
  const [ih, hh, b, d] = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((name) => view(`rnn.${name}_l0`));
  const size = b!.length;
  for (const [unit, bias] of biases) {
    ih!.fill(0, unit * 4, (unit + 1) * 4);
    hh!.fill(0, unit * size, (unit + 1) * size);
    b![unit] = bias;
    d![unit] = 0;
  }
}

describe('units of recurrent layers', () => {
  it('have the mean and deviation of all values in memory', async () => {
    const made = ofLayers([{ type: 'gru', size: 5 }, { type: 'normalization' }, { type: 'lstm', size: 3 }]);
    const { layers } = await reportOf(made);
    expect(layers.map(({ layer }) => layer)).toEqual([0, 2]);
    const taps = ['layers.0.output', 'layers.2.output'];
    const values = await collectValues({ network: made.network, ...sizes }, taps);
    for (const [i, { means, deviations, steps, dead, stuck }] of layers.entries()) {
      expect([steps, dead, stuck]).toEqual([59, [], []]);
      for (const [unit, found] of means.entries()) {
        const own = values.get(taps[i]!)!.map((row) => row[unit]!);
        expect(found).toBeCloseTo(mean(own), 10);
        const squares = own.map((value) => (value - found) * (value - found));
        expect(deviations[unit]).toBeCloseTo(Math.sqrt(mean(squares)), 8);
      }
    }
  });

  it('are dead where a relu never passes anything, and stuck where its value never changes', async () => {
    const made = ofLayers([{ type: 'rnn', nonlinearity: 'relu', size: 5 }], 0.4);
    fix(
      made,
      new Map([
        [1, -3],
        [4, 2],
      ]),
    );
    const [{ dead, stuck } = { dead: [], stuck: [] }] = (await reportOf(made)).layers;
    expect([dead, stuck]).toEqual([[1], [4]]);
  });

  it('are dead where all are, and not stuck for values above 1', async () => {
    const all = ofLayers([{ type: 'rnn', nonlinearity: 'relu', size: 2 }]);
    fix(
      all,
      new Map([
        [0, -1],
        [1, -1],
      ]),
    );
    expect((await reportOf(all)).layers[0]).toMatchObject({ dead: [0, 1], stuck: [] });
    const large = ofLayers([{ type: 'rnn', nonlinearity: 'relu', size: 3 }], 0.4);
    large.view('rnn.bias_ih_l0').fill(3);
    expect((await reportOf(large)).layers[0]).toMatchObject({ dead: [], stuck: [] });
  });

  it('are stuck at the ends of a tanh, also where they switch between both', async () => {
    const made = ofLayers([{ type: 'rnn', size: 4 }], 0.4);
    fix(made, new Map([[0, 6]]));
    // Unit 2 is the sign of the first number of the token's vector.
    fix(made, new Map([[2, 0]]));
    made.view('rnn.weight_ih_l0')[2 * 4] = 100;
    const vectors = made.view('encoder.weight');
    for (let token = 0; token < V; token++) vectors[token * 4] = token % 2 === 0 ? 0.3 : -0.3;
    const { layers, tanhs } = await reportOf(made);
    expect([layers[0]!.dead, layers[0]!.stuck]).toEqual([[], [0, 2]]);
    expect(layers[0]!.deviations[2]).toBeGreaterThan(0.5);
    expect(tanhs.map(({ tap }) => tap)).toEqual(['output']);
    expect([...tanhs[0]!.shares].map((share) => Math.round(share))).toEqual([1, 0, 1, 0]);
  });
});

describe('the saturation of tanh', () => {
  it('is counted for every value that is one, and for no other', async () => {
    const made = ofLayers(
      [
        { type: 'lstm', size: 3 },
        { type: 'gru', size: 3 },
        { type: 'mingru', size: 3 },
        { type: 'jordan', size: 3 },
        { type: 'slstm', size: 3 },
        { type: 'feed-forward', activation: 'tanh', size: 3 },
      ],
      2,
    );
    const { tanhs } = await reportOf(made);
    expect(tanhs.map(({ layer, tap }) => `${layer} ${tap}`)).toEqual([
      '0 candidate.g',
      '1 candidate.n',
      '3 hidden',
      '3 output',
      '4 candidate.z',
    ]);
    const values = await collectValues(
      { network: made.network, ...sizes },
      tanhs.map(({ layer, tap }) => `layers.${layer}.${tap}`),
    );
    for (const { layer, tap, saturated, shares } of tanhs) {
      const rows = values.get(`layers.${layer}.${tap}`)!;
      const far = rows.map((row) => row.map((value) => Number(Math.abs(value) > 0.97)));
      expect(saturated).toBeCloseTo(mean(far.flat()), 10);
      for (const [unit, share] of shares.entries()) expect(share).toBeCloseTo(mean(far.map((row) => row[unit]!)), 10);
    }
    expect(mean(tanhs.map(({ saturated }) => saturated))).toBeGreaterThan(0.05);
  });
});
