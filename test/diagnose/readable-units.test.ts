import { afterAll, describe, expect, it } from 'vitest';
import { detectInText } from '../../src/diagnose/detectors.js';
import { observeText } from '../../src/diagnose/observe.js';
import { mostVariedPassage, readableUnitObserver, unitsInPassage } from '../../src/diagnose/readable-units.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { memoryTokenSource } from '../../src/text/batches.js';
import { collectValues } from './collected-values.js';
import { randomNetwork, randomTokens } from './random-network.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
afterAll(() => engine.close());

const alphabet = [...'ab "\nA'];
const V = alphabet.length;

/** A random text without brackets, as tokens of single characters. */
function randomText(length: number) {
  const random = createRandom(9);
  const pieces = Array.from({ length }, () => alphabet[random.integer(V)]!);
  return { pieces, tokens: Int32Array.from(pieces, (piece) => alphabet.indexOf(piece)) };
}

/** A tanh network whose unit 2 is positive at a capital and unit 4 is the opposite of it, and whose other units are random. */
function networkWithCapitals() {
  const { network, view } = randomNetwork(engine, { embedding: { size: V }, layers: [{ type: 'rnn', size: 6 }] }, V);
  const [ih, hh, b, d] = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((name) => view(`rnn.${name}_l0`));
  const vectors = view('encoder.weight');
  for (let token = 0; token < V; token++) vectors[token * V] = alphabet[token] === 'A' ? 1 : -1;
  for (const [unit, weight] of [
    [2, 1],
    [4, -0.5],
  ] as const) {
    ih!.fill(0, unit * V, (unit + 1) * V);
    hh!.fill(0, unit * 6, (unit + 1) * 6);
    ih![unit * V] = weight;
    b![unit] = 0;
    d![unit] = 0;
  }
  return network;
}

/** A network of two layers, one of which has a part of its state that is no output. */
function randomLayers() {
  const layers = [
    { type: 'gru', size: 3 },
    { type: 'lstm', size: 6 },
  ];
  return randomNetwork(engine, { embedding: { size: V }, layers }, V).network;
}

describe('readable units', () => {
  it('are found by the first half and confirmed by the second', async () => {
    const network = networkWithCapitals();
    const { pieces, tokens } = randomText(1201);
    const detected = detectInText(pieces, pieces.length);
    const observer = readableUnitObserver(network.options, detected, 2);
    await observeText({ network, engine, tokens, batchSize: 4, sequenceLength: 16 }, [observer]);
    const reports = new Map(observer.result().map((report) => [report.detector.name, report]));
    expect(reports.get('brackets')).toMatchObject({ varies: false, units: [] });
    const { varies, units } = reports.get('capitals')!;
    expect(varies).toBe(true);
    expect(units.map(({ layer, unit }) => [layer, unit]).sort()).toEqual([
      [0, 2],
      [0, 4],
    ]);
    for (const { unit, found, confirmed, standardErrors } of units) {
      expect(found).toBeCloseTo(unit === 2 ? 1 : -1, 5);
      expect(confirmed).toBeCloseTo(unit === 2 ? 1 : -1, 5);
      expect(standardErrors).toBeGreaterThan(4);
    }
  });

  it.each([
    [0.13, 0.06, false],
    [0.6, 0.26, true],
  ])(
    'have a correlation of at least 0.1, however sure a smaller one is: value %s, correlation %s, reported %s',
    async (value, correlation, isFound) => {
      const { network, view } = randomNetwork(engine, { embedding: { size: V }, layers: [{ type: 'rnn', size: 1 }] }, V);
      for (const name of ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh']) view(`rnn.${name}_l0`).fill(0);
      view('rnn.weight_ih_l0')[0] = 0.01;
      // Only the value at the capital has anything to do with it: the others have the mean 0.
      for (const [token, other] of [1, -1, 1, -1, 0, value].entries()) view('encoder.weight')[token * V] = other;
      const { pieces, tokens } = randomText(40_001);
      const detected = detectInText(pieces, pieces.length).filter(({ detector }) => detector.name === 'capitals');
      const observer = readableUnitObserver(network.options, detected, 1);
      await observeText({ network, engine, tokens, batchSize: 8, sequenceLength: 16 }, [observer]);
      const { sum, squares, ones } = pieces.reduce(
        ({ sum, squares, ones }, piece) => {
          const own = [1, -1, 1, -1, 0, value][alphabet.indexOf(piece)]!;
          return { sum: sum + own, squares: squares + own * own, ones: ones + Number(piece === 'A') };
        },
        { sum: 0, squares: 0, ones: 0 },
      );
      const n = pieces.length;
      const exact = (value * ones - (sum * ones) / n) / Math.sqrt((squares - (sum * sum) / n) * (ones - (ones * ones) / n));
      expect(exact).toBeCloseTo(correlation, 1);
      expect(observer.result()[0]!.units.length).toBe(isFound ? 1 : 0);
    },
  );

  it('have the correlations of the values in memory', async () => {
    const network = randomLayers();
    const { pieces, tokens } = randomText(1001);
    const detected = detectInText(pieces, pieces.length);
    const observation = { network, engine, tokens, batchSize: 3, sequenceLength: 16 };
    const observer = readableUnitObserver(network.options, detected, 3);
    await observeText(observation, [observer]);
    const values = await collectValues(observation, ['layers.0.output', 'layers.1.output', 'layers.1.state.c']);
    const taps = new Set<string>();
    let compared = 0;
    for (const [d, { units }] of observer.result().entries()) {
      for (const { layer, tap, unit, found, confirmed } of units) {
        taps.add(`${layer} ${tap}`);
        const y = values.get(`layers.${layer}.${tap}`)!.map((row) => row[unit]!);
        const x = [...detected[d]!.values].slice(0, 1000);
        expect(found).toBeCloseTo(plainCorrelation(x.slice(0, 500), y.slice(0, 500)), 8);
        expect(confirmed).toBeCloseTo(plainCorrelation(x.slice(500), y.slice(500)), 8);
        compared++;
      }
      const sizes = units.map(({ confirmed }) => Math.abs(confirmed));
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    }
    expect(compared).toBeGreaterThan(3);
    expect([...taps].sort()).toEqual(['0 output', '1 output', '1 state.c']);
  });

  it('are in outputs and states, once each, and not in a part of a state that means nothing alone', () => {
    const layers = [
      { type: 'gru' },
      { type: 'normalization' },
      { type: 'lstm' },
      { type: 'slstm' },
      { type: 'qrnn' },
      { type: 'mlstm' },
    ];
    const { network } = randomNetwork(
      engine,
      {
        embedding: { size: 4 },
        layers: layers.map((layer) => ({ ...layer, ...(layer.type !== 'normalization' && { size: 4 }) })),
      },
      V,
    );
    const { taps } = readableUnitObserver(network.options, [], 1);
    expect(taps).toEqual(
      ['0.output', '2.output', '2.state.c', '3.output', '4.output', '4.state.c', '5.output'].map((tap) => `layers.${tap}`),
    );
  });

  it('are not found where detectors have nothing to do with the text that is read, though both change slowly', async () => {
    // Long memories make the values of neighbouring tokens alike, which are then few independent values.
    const made = randomNetwork(engine, { embedding: { size: 4 }, layers: [{ type: 'mingru', size: 40 }] }, V, 1);
    made.view('rnn.bias_l0').fill(-4, 0, 40);
    const observedTokens = randomTokens(4001, V, 5);
    const random = createRandom(8);
    const detected = detectInText([''], 1).map(({ detector }) => {
      let level = 0;
      const values = Float32Array.from({ length: 4001 }, () => {
        level = 0.98 * level + random.normal();
        return level;
      });
      return { detector, values };
    });
    const observer = readableUnitObserver(made.network.options, detected, 5);
    await observeText({ network: made.network, engine, tokens: observedTokens, batchSize: 1, sequenceLength: 40 }, [observer]);
    expect(observer.result().flatMap(({ units }) => units)).toEqual([]);
  });
});

function plainCorrelation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const covariance = mean(x.map((value, i) => (value - meanX) * (y[i]! - meanY)));
  const variance = (values: readonly number[], centre: number) =>
    mean(values.map((value) => (value - centre) * (value - centre)));
  return covariance / Math.sqrt(variance(x, meanX) * variance(y, meanY));
}

describe('a passage to show', () => {
  it('is where the detector varies most, the first of equal ones', () => {
    expect(mostVariedPassage(Float32Array.of(0, 0, 0, 1, 1, 0, 0, 0, 1, 1), 4)).toBe(1);
    expect(mostVariedPassage(Float32Array.of(1, 2, 3, 0, 9, 1, 1), 3)).toBe(3);
    expect(mostVariedPassage(new Float32Array(6), 3)).toBe(0);
    expect(mostVariedPassage(Float32Array.of(1, 0), 2)).toBe(0);
  });

  it('has the outputs of units after the context before it', async () => {
    const network = randomLayers();
    const { tokens } = randomText(60);
    const units = [
      { layer: 1, tap: 'output', unit: 5 },
      { layer: 0, tap: 'output', unit: 2 },
      { layer: 1, tap: 'state.c', unit: 0 },
    ];
    // The last token of a text can be shown, although an observation does not read it.
    const longer = Int32Array.from([...tokens, 0]);
    for (const [start, length, context] of [
      [40, 20, 100],
      [3, 10, 3],
      [30, 5, 0],
    ] as const) {
      const found = await unitsInPassage({ network, engine, tokens }, units, { start, length, context });
      const begin = Math.max(0, start - context);
      const taps = ['layers.0.output', 'layers.1.output', 'layers.1.state.c'];
      const read = { network, engine, tokens: longer.slice(begin, start + length + 1), batchSize: 1, sequenceLength: 9 };
      const values = await collectValues(read, taps);
      for (const [i, { layer, tap, unit }] of units.entries()) {
        expect(found[i]).toHaveLength(length);
        for (let t = 0; t < length; t++)
          expect(found[i]![t]).toBeCloseTo(values.get(`layers.${layer}.${tap}`)![start - begin + t]![unit]!, 5);
      }
    }
  });

  it('begins documents with an empty state', async () => {
    const network = randomLayers();
    const { tokens } = randomText(30);
    const source = memoryTokenSource(
      tokens,
      Uint8Array.from(tokens, (_, t) => Number(t === 12)),
    );
    const units = [{ layer: 0, tap: 'output', unit: 1 }];
    const whole = await unitsInPassage({ network, engine, tokens: source }, units, { start: 12, length: 10, context: 12 });
    const alone = await unitsInPassage({ network, engine, tokens }, units, { start: 12, length: 10, context: 0 });
    for (const [t, value] of alone[0]!.entries()) expect(whole[0]![t]).toBeCloseTo(value, 6);
  });
});
