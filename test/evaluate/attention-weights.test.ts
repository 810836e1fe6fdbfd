import { afterAll, describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { meanOfHeads, readAttention } from '../../src/evaluate/attention-weights.js';
import { entryView } from '../../src/model/parameter-table.js';
import type { OpenedModel } from '../../src/run/open-model.js';
import { randomModel } from '../sample/trained-model.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
afterAll(() => engine.close());

const tokens = Int32Array.of(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8);
const [E, N] = [8, 5];

const embedding = { size: E };
const ofLayer = (layer: object) => randomModel(engine, { model: { embedding, layers: [layer], head: { type: 'softmax' } } });

type Matrix = number[][];
const matrixOf = ({ table, arena }: OpenedModel, name: string): Matrix => {
  const entry = table.entries.find((one) => one.name === name)!;
  const values = entryView(arena, entry);
  const columns = values.length / entry.shape[0]!;
  return Array.from({ length: entry.shape[0]! }, (_, row) => [...values.subarray(row * columns, (row + 1) * columns)]);
};
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const times = (matrix: Matrix, x: readonly number[]) => matrix.map((row) => dot(row, x));

/** Softmax over the last N positions of q(t) . k(s) / sqrt(d), in plain loops. */
function plainWeights(queries: Matrix, keys: Matrix): number[][] {
  return queries.map((query, t) => {
    const visible = keys.slice(Math.max(0, t + 1 - N), t + 1);
    const scores = visible.map((key) => Math.exp(dot(query, key) / Math.sqrt(query.length)));
    const sum = scores.reduce((a, b) => a + b, 0);
    return scores.map((score) => score / sum);
  });
}

function expectWeights(found: readonly Float32Array[], wanted: number[][]): void {
  expect(found.map((weights) => weights.length)).toEqual(wanted.map((weights) => weights.length));
  for (const [t, weights] of wanted.entries())
    for (const [i, weight] of weights.entries()) expect(Math.abs(found[t]![i]! - weight), `${t}, ${i}`).toBeLessThan(1e-5);
}

describe('attention weights', () => {
  it('of an attention layer are those of its equations, over its window', async () => {
    const model = ofLayer({ type: 'attention', size: 6, window: N });
    const x = [...tokens].map((token) => matrixOf(model, 'encoder.weight')[token]!);
    const role = (name: string) => x.map((row) => times(matrixOf(model, `layers.0.weight_${name}`), row));
    const [{ layer, heads } = { layer: -1, heads: [] }, ...others] = await readAttention({ model, engine }, tokens);
    expect([layer, heads.length, others]).toEqual([0, 1, []]);
    expectWeights(heads[0]!, plainWeights(role('q'), role('k')));
  });

  it('of a Transformer layer are those of each head, and their mean is over the heads', async () => {
    const model = ofLayer({ type: 'transformer', heads: 2, window: N, positions: 'none' });
    const [gain, bias] = ['norm1_weight', 'norm1_bias'].map((name) => matrixOf(model, `layers.0.${name}`).flat());
    const projection = matrixOf(model, 'layers.0.in_proj_weight');
    const shift = matrixOf(model, 'layers.0.in_proj_bias').flat();
    const projected = [...tokens].map((token) => {
      const row = matrixOf(model, 'encoder.weight')[token]!;
      const mean = row.reduce((a, b) => a + b, 0) / E;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / E;
      const normalized = row.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * gain![i]! + bias![i]!);
      return times(projection, normalized).map((value, i) => value + shift[i]!);
    });
    const part = (start: number) => projected.map((row) => row.slice(start, start + E / 2));
    const wanted = [0, 1].map((head) => plainWeights(part((head * E) / 2), part(E + (head * E) / 2)));
    const [attention] = await readAttention({ model, engine }, tokens);
    expect(attention!.heads).toHaveLength(2);
    for (const head of [0, 1]) expectWeights(attention!.heads[head]!, wanted[head]!);
    const mean = wanted[0]!.map((weights, t) => weights.map((weight, i) => (weight + wanted[1]![t]![i]!) / 2));
    expectWeights(meanOfHeads(attention!), mean);
  });

  it('of a pointer are those of its equations, and the sentinel has the rest', async () => {
    const head = { type: 'pointer-sentinel', window: N };
    const model = randomModel(engine, { model: { embedding, layers: [{ type: 'feed-forward', size: 6 }], head } });
    const matrix = (name: string) => matrixOf(model, name);
    const bias = (name: string) => matrix(name).flat();
    const outputs = (weight: string, shift: string, rows: Matrix) =>
      rows.map((row) => times(matrix(weight), row).map((value, i) => value + bias(shift)[i]!));
    const x = [...tokens].map((token) => matrix('encoder.weight')[token]!);
    const hidden = outputs('layers.0.weight', 'layers.0.bias', x).map((row) => row.map((value) => Math.max(0, value)));
    const queries = outputs('head.weight_q', 'head.bias_q', hidden).map((row) => row.map(Math.tanh));
    const [{ layer, heads } = { layer: -1, heads: [] }] = await readAttention({ model, engine }, tokens);
    expect([layer, heads.length]).toEqual([1, 1]);
    const wanted = queries.map((query, t) => {
      const scores = hidden.slice(Math.max(0, t + 1 - N), t + 1).map((key) => Math.exp(dot(query, key)));
      const sum = scores.reduce((a, b) => a + b, Math.exp(dot(query, bias('head.sentinel'))));
      return scores.map((score) => score / sum);
    });
    expectWeights(heads[0]!, wanted);
  });

  it('are the same on another engine, and when read again', async () => {
    const layers = [
      { type: 'gru', size: E },
      { type: 'attention', size: 7, window: N, score: 'additive' },
    ];
    const description = { model: { embedding, layers, head: { type: 'softmax' } } };
    const model = randomModel(engine, description);
    const [first] = await readAttention({ model, engine }, tokens);
    expect(first!.layer).toBe(1);
    expect(await readAttention({ model, engine }, tokens)).toEqual([first]);
    const reference = createReferenceEngine();
    const [other] = await readAttention({ model: randomModel(reference, description), engine: reference }, tokens);
    expectWeights(
      first!.heads[0]!,
      other!.heads[0]!.map((weights) => [...weights]),
    );
  });

  it('are refused for a model without attention', async () => {
    await expect(readAttention({ model: randomModel(engine), engine }, tokens)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('has no attention'),
    });
  });
});
