import { describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { evaluateBothContexts } from '../../src/evaluate/both-contexts.js';
import type { OpenedModel } from '../../src/run/open-model.js';
import { createPredictor } from '../../src/sample/predictor.js';
import { memoryTokenSource } from '../../src/text/batches.js';
import { characters, randomModel } from '../sample/trained-model.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
const model = randomModel(engine, { model: { bidirectional: true, layers: 2, hiddenSize: 9 }, range: 0.7 });
const { backward } = model as OpenedModel & { backward: OpenedModel };
const V = characters.tokens.length;

/** Probabilities of all tokens after each token of a text, read token by token from a zero state that resets before an end. */
async function distributions(network: OpenedModel, tokens: readonly number[], ends: readonly number[]): Promise<number[][]> {
  const predictor = createPredictor(network, engine, 1);
  const found: number[][] = [];
  for (const [i, token] of tokens.entries()) {
    if (ends[i] === 1) predictor.resetRow(0);
    predictor.tokens[0] = token;
    await predictor.advance();
    const exponentials = Array.from(predictor.logits[0]!, Math.exp);
    const sum = exponentials.reduce((all, one) => all + one);
    found.push(exponentials.map((one) => one / sum));
  }
  return found;
}

/** The definition: for each token between the first and the last one, the normalized geometric mean of both directions' probabilities. */
async function byPlainLoop(tokens: readonly number[], ends: readonly number[]): Promise<number> {
  const ahead = await distributions(model, tokens, ends);
  const behind = (await distributions(backward, tokens.toReversed(), ends.toReversed())).reverse();
  let nats = 0;
  for (let t = 1; t < tokens.length - 1; t++) {
    const products = ahead[t - 1]!.map((p, token) => Math.sqrt(p * behind[t + 1]![token]!));
    nats -= Math.log(products[tokens[t]!]! / products.reduce((all, one) => all + one));
  }
  return Math.exp(nats / (tokens.length - 2));
}

const textOf = (length: number) => Array.from({ length }, (_, i) => (i * i * 7 + 3 * i) % V);

describe('the pseudo-perplexity', () => {
  // Windows have 32 tokens: one window, one that is full, one token more, several.
  it.each([3, 10, 34, 35, 66, 100])('of %i tokens is that of a plain loop over its definition', async (length) => {
    const tokens = textOf(length);
    const result = await evaluateBothContexts({ forward: model, backward, engine, tokens: Int32Array.from(tokens) });
    expect(result.tokens).toBe(length - 2);
    expect(result.perplexity).toBeCloseTo(
      await byPlainLoop(
        tokens,
        tokens.map(() => 0),
      ),
      3,
    );
    expect(result.perplexity).toBeCloseTo(Math.exp(result.nats / (length - 2)), 9);
  });

  it('has the state of each direction reset where documents end', async () => {
    const tokens = textOf(80);
    const ends = tokens.map((_, i) => Number(i % 17 === 4));
    const source = memoryTokenSource(Int32Array.from(tokens), Uint8Array.from(ends));
    const { perplexity } = await evaluateBothContexts({ forward: model, backward, engine, tokens: source });
    const expected = await byPlainLoop(tokens, ends);
    expect(perplexity).toBeCloseTo(expected, 3);
    expect(
      Math.abs(
        expected -
          (await byPlainLoop(
            tokens,
            tokens.map(() => 0),
          )),
      ),
    ).toBeGreaterThan(1e-3);
  });

  it('is at most the geometric mean of both directions on the same tokens', async () => {
    const tokens = textOf(120);
    const own = await evaluateBothContexts({ forward: model, backward, engine, tokens: Int32Array.from(tokens) });
    const ends = tokens.map(() => 0);
    const ahead = await distributions(model, tokens, ends);
    const behind = (await distributions(backward, tokens.toReversed(), ends)).reverse();
    const inside = tokens.slice(1, -1);
    const mean = (p: (t: number) => number) => inside.reduce((sum, _, i) => sum - Math.log(p(i + 1)), 0) / inside.length;
    const single = [mean((t) => ahead[t - 1]![tokens[t]!]!), mean((t) => behind[t + 1]![tokens[t]!]!)];
    expect(own.natsPerToken).toBeLessThan((single[0]! + single[1]!) / 2);
  });

  it('reports its progress to the end, and needs three tokens', async () => {
    const done: number[] = [];
    const options = { forward: model, backward, engine };
    await evaluateBothContexts({
      ...options,
      tokens: Int32Array.from(textOf(50)),
      onProgress: (count) => void done.push(count),
    });
    expect(done).toEqual([32, 48]);
    await expect(evaluateBothContexts({ ...options, tokens: Int32Array.of(1, 2) })).rejects.toThrow(/2 tokens/);
  });
});
