import { describe, expect, it } from 'vitest';
import type { RunnableModel } from '../../src/engine/onnxruntime/run-model.js';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { evaluatePerplexity } from '../../src/evaluate/perplexity.js';
import { scoreTokens } from '../../src/evaluate/score-tokens.js';
import { createRandom } from '../../src/foundation/random.js';
import { predictionGraph } from '../../src/model/graphs.js';
import { parameterBindings } from '../../src/model/parameter-table.js';
import { modelOptions } from '../../src/model/specification.js';
import type { OpenedModel } from '../../src/run/open-model.js';
import { memoryTokenSource } from '../../src/text/batches.js';
import { randomModel } from '../sample/trained-model.js';

const random = createRandom(5);
const tokens = Int32Array.from({ length: 131 }, () => random.integer(22));
const reference = createReferenceEngine();
const model = randomModel(reference);

/** -ln softmax(logits)[target] of each token but the first, in float64, from the whole text as one window. */
async function plainLosses({ options, table, arena }: OpenedModel): Promise<number[]> {
  const T = tokens.length - 1;
  const V = options.vocabularySize;
  const graph = predictionGraph(options, { batchSize: 1, sequenceLength: T, shards: 1 });
  const program = reference.compile(graph, { inputs: parameterBindings(table, arena) });
  program.inputs.tokens![0]!.set(tokens.subarray(0, T));
  await program.run();
  return Array.from({ length: T }, (_, t) => {
    const logits = [...(program.outputs.logits![0] as Float32Array).subarray(t * V, (t + 1) * V)];
    return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[tokens[t + 1]!]!;
  });
}

describe('perplexity', () => {
  it('is the sum of the log-probabilities, computed plainly', async () => {
    const losses = await plainLosses(model);
    const nats = losses.reduce((sum, loss) => sum + loss, 0);
    const result = await evaluatePerplexity({ model, engine: reference, tokens });
    expect(result.tokens).toBe(130);
    expect(Math.abs(result.nats / nats - 1)).toBeLessThan(1e-6);
    expect(result.natsPerToken).toBe(result.nats / 130);
    expect(result.perplexity).toBe(Math.exp(result.natsPerToken));
    expect(result.bitsPerToken).toBeCloseTo(Math.log2(result.perplexity), 12);
  });

  it('is the same with windows of any length, on either engine, with any number of shards', async () => {
    const { nats } = await evaluatePerplexity({ model, engine: reference, tokens, sequenceLength: 130 });
    for (const sequenceLength of [1, 2, 7, 64, 65, 129, 130, 500]) {
      for (const shards of [1, 2]) {
        const engine = createTypedArrayEngine({ shards, threads: shards });
        const result = await evaluatePerplexity({ model: randomModel(engine), engine, tokens, sequenceLength });
        expect(Math.abs(result.nats / nats - 1), `${sequenceLength}, ${shards}`).toBeLessThan(1e-6);
        expect(result.tokens).toBe(130);
        engine.close();
      }
    }
  });

  it('reads tokens from a source as from memory', async () => {
    const options = { model, engine: reference, sequenceLength: 16 };
    expect(await evaluatePerplexity({ ...options, tokens: memoryTokenSource(tokens) })).toEqual(
      await evaluatePerplexity({ ...options, tokens }),
    );
  });

  it('reports progress, and waits for the callback', async () => {
    const told: [number, number][] = [];
    await evaluatePerplexity({
      model,
      engine: reference,
      tokens,
      sequenceLength: 50,
      async onProgress(done, total) {
        await new Promise((resolve) => void setImmediate(resolve));
        told.push([done, total]);
      },
    });
    expect(told).toEqual([
      [50, 130],
      [100, 130],
      [130, 130],
    ]);
  });

  it.each([0, 1])('of %i tokens is refused: there is nothing to predict', async (length) => {
    const result = evaluatePerplexity({ model, engine: reference, tokens: tokens.subarray(0, length) });
    await expect(result).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringContaining(`the text has ${length} token`),
    });
  });

  it('of a model that overflows is refused', async () => {
    const broken = randomModel(reference, { cell: { type: 'rnn', nonlinearity: 'relu' }, range: 3 });
    await expect(evaluatePerplexity({ model: broken, engine: reference, tokens })).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringMatching(/not a number at token \d+ of the text: the state of a relu network grows without bound/),
    });
    const large = { ...model, arena: model.arena.map(() => Number.NaN) };
    await expect(evaluatePerplexity({ model: large, engine: reference, tokens })).rejects.toMatchObject({
      kind: 'model',
      token: 1,
      message: expect.stringMatching(/not a number at token 2 of the text: its weights are too large/),
    });
  });
});

describe('a long text of an exported file', () => {
  const V = 3;
  const options = modelOptions({ layers: [{ type: 'rnn', size: 1 }], embedding: { size: 1 } }, V);
  const long = Int32Array.from({ length: 8193 }, (_, i) => (i * i) % V);

  /** The perplexity with a file whose state is the latest token and whose logits are all equal, and the rows of its runs. */
  async function score(precision: string, tokens: Int32Array) {
    const rows = new Set<number>();
    const exported: RunnableModel = {
      async run(inputs) {
        const [batch, steps] = inputs.tokens!.shape as [number, number];
        rows.add(batch);
        const next = Float32Array.from({ length: batch }, (_, b) => Number(inputs.tokens!.data[(b + 1) * steps - 1]));
        const logits = new Float32Array(batch * steps * V);
        return { logits: { shape: [batch, steps, V], data: logits }, 'next.h.0': { shape: [batch, 1], data: next } };
      },
      async close() {},
    };
    const { nats } = await evaluatePerplexity({ model: { options, precision, exported }, engine: reference, tokens });
    expect(nats / (tokens.length - 1)).toBeCloseTo(Math.log(V), 6);
    return [...rows];
  }

  it('is read in parallel streams in float32 only, for lower precisions cannot reproduce states', async () => {
    expect(await score('float32', long)).toEqual([2]);
    for (const precision of ['float16', 'int8']) expect(await score(precision, long), precision).toEqual([1]);
    expect(await score('float32', long.subarray(1))).toEqual([1]);
  });
});

describe('scoring tokens', () => {
  it('gives each token its own surprisal, in order and once', async () => {
    const losses: number[] = [];
    await scoreTokens({
      model,
      engine: reference,
      tokens,
      sequenceLength: 48,
      onWindow(window, start, count) {
        expect(start).toBe(losses.length);
        losses.push(...window.subarray(0, count));
      },
    });
    const plain = await plainLosses(model);
    expect(losses).toHaveLength(130);
    for (const [t, loss] of losses.entries()) expect(loss).toBeCloseTo(plain[t]!, 4);
  });
});
