import { afterAll, describe, expect, it } from 'vitest';
import { gateObserver } from '../../src/diagnose/gates.js';
import { observeText } from '../../src/diagnose/observe.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { cells } from '../../src/model/cells/index.js';
import { variantsOf } from '../variants.js';
import { collectValues } from './collected-values.js';
import { randomNetwork, randomTokens } from './random-network.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
afterAll(() => engine.close());

const V = 6;
const H = 4;
const tokens = randomTokens(60, V);
const sizes = { engine, tokens, batchSize: 3, sequenceLength: 8 };
const ofLayer = (layer: object, range = 3) =>
  randomNetwork(engine, { embedding: { size: 4 }, layers: [{ size: H, ...layer }] }, V, range);

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the use of gates', () => {
  it('is that of all values in memory', async () => {
    const { network } = ofLayer({ type: 'lstm' });
    const observer = gateObserver(network.options);
    await observeText({ network, ...sizes }, [observer]);
    const { gates, memories } = observer.result();
    expect(gates.map(({ gate }) => gate)).toEqual(['f', 'i', 'o']);
    const values = await collectValues(
      { network, ...sizes },
      gates.map(({ gate }) => `layers.0.gate.${gate}`),
    );
    for (const { gate, layer, steps, units, ...found } of gates) {
      const rows = values.get(`layers.0.gate.${gate}`)!;
      expect([layer, steps, units]).toEqual([0, 59, H]);
      for (const unit of Array(H).keys()) {
        const own = rows.map((row) => row[unit]!);
        expect(found.means[unit]).toBeCloseTo(mean(own), 10);
        expect(found.closedShares[unit]).toBeCloseTo(own.filter((value) => value < 0.1).length / 59, 10);
        expect(found.openShares[unit]).toBeCloseTo(own.filter((value) => value > 0.9).length / 59, 10);
        if (gate === 'f') expect(memories[0]!.timeConstants[unit]).toBeCloseTo(-1 / Math.log(mean(own)), 6);
      }
      expect(found.mean).toBeCloseTo(mean(rows.flat()), 10);
      expect(found.closed).toBeCloseTo(mean([...found.closedShares]), 10);
      expect(found.open).toBeCloseTo(mean([...found.openShares]), 10);
      expect(found.closed).toBeGreaterThan(0);
      expect(found.open).toBeGreaterThan(0);
    }
  });

  it('of a model without gates is empty', async () => {
    const { network } = ofLayer({ type: 'rnn' });
    const observer = gateObserver(network.options);
    await observeText({ network, ...sizes }, [observer]);
    expect(observer.result()).toEqual({ gates: [], memories: [] });
  });
});

/** The part of the state that the gate multiplies, by the equations in the cells' papers, where it is not h. */
const memoryOf = new Map([
  ['lstm', 'c'],
  ['mogrifier-lstm', 'c'],
  ['qrnn', 'c'],
  ['sru', 'c'],
  ['mlstm', 'C'],
]);

describe('the kept share that a cell declares is the factor of the old memory', () => {
  const declared = cells.flatMap(variantsOf).filter(({ type, ...options }) => {
    const { create } = cells.find((cell) => cell.type === type)!;
    return create(options).retention !== undefined;
  });

  it('in every cell with a gate of this kind', () => {
    const without = cells.filter(({ type }) => !declared.some((layer) => layer.type === type)).map(({ type }) => type);
    expect(without).toEqual(['rnn', 'jordan', 'exp-rnn']);
  });

  /*
   * All tokens have one vector and nothing sees the state, so that gates and candidate are constant: the memory moves toward a limit, and each
   * step shrinks the distance by the kept share.
   */
  const constant = declared.filter(({ type }) => type !== 'slstm');
  it.each(constant.map((layer) => [Object.values(layer).join(' '), layer] as const))('%s', async (_, layer) => {
    // A QRNN that reads earlier inputs has other gates at the first token.
    const { network, view } = ofLayer({ ...layer, ...('window' in layer && { window: 1 }) }, 1.5);
    const vectors = view('encoder.weight');
    for (let i = 4; i < vectors.length; i++) vectors[i] = vectors[i - 4]!;
    for (const { name } of network.table.entries)
      if (/weight_hh|weight_u|weight_q|weight_r|peepholes|\.v_/.test(name)) view(name).fill(0);
    // With the reset gate closed, the rotation of the GORU is not used.
    if (layer.type === 'goru') view('rnn.bias_l0').fill(-100, 0, H);
    const observer = gateObserver(network.options);
    await observeText({ network, ...sizes }, [observer]);
    const memory = `layers.0.state.${memoryOf.get(layer.type) ?? 'h'}`;
    // C of the mLSTM is in the scale exp(-m).
    const scale = 'layers.0.state.m';
    const taps = layer.type === 'mlstm' ? [memory, scale] : [memory];
    const values = await collectValues({ network, ...sizes, batchSize: 1 }, taps);
    const at = (t: number, unit: number) =>
      values.get(memory)![t]![unit]! * (layer.type === 'mlstm' ? Math.exp(values.get(scale)![t]![unit]!) : 1);
    const { kept } = observer.result().memories[0]!;
    expect(kept.length).toBe(H);
    let compared = 0;
    for (const [unit, share] of kept.entries()) {
      const [a, b, c] = [at(2, unit), at(3, unit), at(4, unit)];
      if (Math.abs(b - a) < 1e-3) continue;
      compared++;
      expect((c - b) / (b - a), `unit ${unit}`).toBeCloseTo(share, 3);
    }
    expect(compared).toBeGreaterThan(0);
  });

  it.each(['sigmoid', 'exponential'])('in the sLSTM with a forget gate %s, of the old c / n in the new one', async (forget) => {
    const { network } = ofLayer({ type: 'slstm', forget }, 1.5);
    const taps = ['state.c', 'state.n', 'retained', 'candidate.z'].map((own) => `layers.0.${own}`);
    const values = await collectValues({ network, ...sizes, batchSize: 1 }, taps);
    const [c, n, retained, z] = taps.map((tap) => values.get(tap)!);
    for (let t = 1; t < 59; t++) {
      for (const unit of Array(H).keys()) {
        const [before, after] = [t - 1, t].map((step) => c![step]![unit]! / n![step]![unit]!);
        const share = retained![t]![unit]!;
        expect(after).toBeCloseTo(share * before! + (1 - share) * z![t]![unit]!, 5);
      }
    }
    expect(retained![0]).toEqual([0, 0, 0, 0]);
    const observer = gateObserver(network.options);
    await observeText({ network, ...sizes, batchSize: 1 }, [observer]);
    const [memory] = observer.result().memories;
    for (const [unit, share] of memory!.kept.entries()) expect(share).toBeCloseTo(mean(retained!.map((row) => row[unit]!)), 6);
  });
});
