import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { evaluateWithCache } from '../../src/evaluate/neural-cache.js';
import { evaluatePerplexity } from '../../src/evaluate/perplexity.js';
import { createRandom } from '../../src/foundation/random.js';
import { architectureOf } from '../../src/model/architecture.js';
import { hiddenScoringGraph } from '../../src/model/graphs.js';
import { parameterBindings } from '../../src/model/parameter-table.js';
import { memoryTokenSource } from '../../src/text/batches.js';
import { randomModel } from '../sample/trained-model.js';
import { tokenLosses } from './token-losses.js';

const random = createRandom(9);
const tokens = Int32Array.from({ length: 90 }, () => random.integer(22));
const reference = createReferenceEngine();
const model = randomModel(reference);

/** The paper's formula in float64, from the whole text as one window. */
async function plainNats(size: number, flatness: number, interpolation: number): Promise<number> {
  const { options, table, arena } = model;
  const T = tokens.length - 1;
  const H = architectureOf(options).hiddenSize;
  const program = reference.compile(hiddenScoringGraph(options, { batchSize: 1, sequenceLength: T, shards: 1 }), {
    inputs: parameterBindings(table, arena),
  });
  program.inputs.tokens![0]!.set(tokens.subarray(0, T));
  program.inputs.targets![0]!.set(tokens.subarray(1));
  await program.run();
  const hidden = Array.from({ length: T }, (_, t) => [...program.outputs.hidden![0]!.subarray(t * H, (t + 1) * H)]);
  let nats = 0;
  for (let t = 0; t < T; t++) {
    const weights = new Map<number, number>();
    let total = 0;
    for (let i = Math.max(0, t - size); i < t; i++) {
      const weight = Math.exp(flatness * hidden[t]!.reduce((sum, h, j) => sum + h * hidden[i]![j]!, 0));
      weights.set(tokens[i + 1]!, (weights.get(tokens[i + 1]!) ?? 0) + weight);
      total += weight;
    }
    const own = Math.exp(-program.outputs.loss![0]![t]!);
    const cached = (weights.get(tokens[t + 1]!) ?? 0) / total;
    nats -= Math.log(t === 0 ? own : (1 - interpolation) * own + interpolation * cached);
  }
  return nats;
}

describe('the neural cache', () => {
  it.each([
    [100, 0.3, 0.1, 32],
    [7, 2, 0.5, 5],
    [1, 1, 0.2, 32],
    [20, 0, 0.3, 500],
  ])('of %i states, flatness %d and share %d is the paper formula, in windows of %i', async (...numbers) => {
    const [size, flatness, interpolation, sequenceLength] = numbers;
    const expected = await plainNats(size, flatness, interpolation);
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const models: [Engine, typeof model][] = [
      [reference, model],
      [engine, randomModel(engine)],
    ];
    for (const [engine, model] of models) {
      const options = { engine, model, tokens, size, flatness, interpolation, sequenceLength };
      const { nats, tokens: predicted } = await evaluateWithCache(options);
      expect(Math.abs(nats / expected - 1)).toBeLessThan(1e-6);
      expect(predicted).toBe(89);
    }
    engine.close();
  });

  it('without a share is the model itself, bit for bit', async () => {
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const options = { engine, model: randomModel(engine), tokens };
    const cached = await evaluateWithCache({ ...options, size: 50, flatness: 0.5, interpolation: 0 });
    expect(cached).toEqual(await evaluatePerplexity(options));
    engine.close();
  });

  it('lowers the loss on a text that repeats itself', async () => {
    const passage = tokens.subarray(0, 30);
    const repeated = Int32Array.from([...passage, ...passage, ...passage]);
    const plain = await evaluatePerplexity({ engine: reference, model, tokens: repeated });
    const options = { engine: reference, model, tokens: repeated, size: 60, flatness: 1, interpolation: 0.3 };
    expect((await evaluateWithCache(options)).nats).toBeLessThan(0.95 * plain.nats);
  });

  it('predicts a single token as the model does, and refuses a text with none', async () => {
    const options = { engine: reference, model, size: 5, flatness: 1, interpolation: 0.5 };
    const two = tokens.subarray(0, 2);
    const [loss] = await tokenLosses({ engine: reference, model, tokens: two });
    expect((await evaluateWithCache({ ...options, tokens: two })).nats).toBe(loss);
    await expect(evaluateWithCache({ ...options, tokens: tokens.subarray(0, 1) })).rejects.toMatchObject({ kind: 'data' });
  });

  it('refuses predictions that are not numbers, and options out of range', async () => {
    const broken = { ...model, arena: model.arena.map(() => Number.NaN) };
    const options = { engine: reference, model, tokens, size: 5, flatness: 1, interpolation: 0.5 };
    await expect(evaluateWithCache({ ...options, model: broken })).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringMatching(/with its cache are not numbers/),
    });
    for (const wrong of [{ size: 0 }, { flatness: -1 }, { interpolation: 1 }, { interpolation: -0.1 }, { sequenceLength: 0 }])
      await expect(evaluateWithCache({ ...options, ...wrong })).rejects.toThrow(`${Object.keys(wrong)[0]} is `);
  });

  it('resets the state at the ends of documents', async () => {
    const ends = Uint8Array.from(tokens, (_, i) => Number(i % 9 === 4));
    const source = memoryTokenSource(Int32Array.from(tokens), ends);
    const options = { engine: reference, model, tokens: source, size: 20, flatness: 1 };
    const plain = await evaluatePerplexity({ engine: reference, model, tokens: source });
    expect(await evaluateWithCache({ ...options, interpolation: 0 })).toEqual(plain);
    const carried = await evaluateWithCache({ ...options, tokens, interpolation: 0 });
    expect(carried.nats).not.toBe(plain.nats);
  });

  it('reports progress', async () => {
    const told: number[] = [];
    await evaluateWithCache({
      engine: reference,
      model,
      tokens,
      size: 5,
      flatness: 1,
      interpolation: 0.5,
      onProgress: (done, total) => void told.push(done, total),
    });
    expect(told).toEqual([32, 89, 64, 89, 89, 89]);
  });
});
