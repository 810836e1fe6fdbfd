import { describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { measureEffectiveContext } from '../../src/evaluate/effective-context.js';
import { createRandom } from '../../src/foundation/random.js';
import { entryView } from '../../src/model/parameter-table.js';
import { randomModel } from '../sample/trained-model.js';
import { tokenLosses } from './token-losses.js';

const random = createRandom(8);
const tokens = Int32Array.from({ length: 300 }, () => random.integer(22));
const engine = createReferenceEngine();
const model = randomModel(engine);

describe('effective context', () => {
  it('is the loss of the same tokens with each length of history, without any earlier text', async () => {
    const { losses, positions } = await measureEffectiveContext({ engine, model, tokens, longest: 8, positions: 70 });
    expect(positions).toBe(70);
    expect(losses.map(({ history }) => history)).toEqual([0, 1, 2, 4, 8]);
    const targets = Array.from({ length: 70 }, (_, i) => 8 + Math.floor((i * 292) / 70));
    for (const { history, natsPerToken } of losses.slice(1)) {
      let nats = 0;
      for (const target of targets) {
        const passage = tokens.subarray(target - history, target + 1);
        nats += (await tokenLosses({ engine, model, tokens: passage })).at(-1)!;
      }
      expect(natsPerToken, `${history}`).toBeCloseTo(nats / 70, 5);
    }
    const bias = entryView(model.arena, model.table.entries.find(({ name }) => name === 'decoder.bias')!);
    const normalizer = Math.log(bias.reduce((sum, logit) => sum + Math.exp(logit), 0));
    const alone = targets.reduce((sum, target) => sum + normalizer - bias[tokens[target]!]!, 0) / 70;
    expect(losses[0]!.natsPerToken).toBeCloseTo(alone, 10);
  });

  it('is the same on a shared engine, and does not change the model', async () => {
    const plain = await measureEffectiveContext({ engine, model, tokens, longest: 16, positions: 100 });
    const fast = createTypedArrayEngine({ shards: 1, threads: 1 });
    const opened = randomModel(fast);
    const before = Float32Array.from(opened.arena);
    const result = await measureEffectiveContext({ engine: fast, model: opened, tokens, longest: 16, positions: 100 });
    for (const [i, { natsPerToken }] of result.losses.entries())
      expect(natsPerToken).toBeCloseTo(plain.losses[i]!.natsPerToken, 5);
    expect(opened.arena).toEqual(before);
    fast.close();
  });

  it('finds the length from which more history has no effect: 0 for a model without memory', async () => {
    const forgetful = randomModel(engine, { cell: { type: 'rnn', nonlinearity: 'tanh' } });
    for (const entry of forgetful.table.entries)
      if (entry.name.startsWith('rnn.weight_hh')) entryView(forgetful.arena, entry).fill(0);
    // The one token before is all that such a model knows; whether that helps is chance with random weights.
    const { losses, flattensAt } = await measureEffectiveContext({
      engine,
      model: forgetful,
      tokens,
      longest: 64,
      positions: 50,
    });
    const [, one, ...more] = losses;
    for (const { natsPerToken } of more) expect(natsPerToken).toBe(one!.natsPerToken);
    expect([0, 1]).toContain(flattensAt);
  });

  it.each([
    ['longest', -1],
    ['longest', 0.5],
    ['positions', 0],
  ])('refuses %s: %d', async (name, value) => {
    const options = { engine, model, tokens, longest: 4, positions: 5, [name]: value };
    await expect(measureEffectiveContext(options)).rejects.toThrow(`${name} is ${value}`);
  });

  it.each([
    // In batches of 64, each with three lengths of history.
    [70, [64, 128, 192, 198, 204, 210]],
    [128, [64, 128, 192, 256, 320, 384]],
  ])('of %i tokens reports progress over all lengths', async (positions, progress) => {
    const told: number[] = [];
    const onProgress = (done: number, total: number) => void told.push(done, total);
    await measureEffectiveContext({ engine, model, tokens, longest: 2, positions, onProgress });
    expect(told).toEqual(progress.flatMap((done) => [done, 3 * positions]));
  });

  it('is measured with less history on a short text, and refused where nothing can be predicted', async () => {
    const options = { engine, model, longest: 512, positions: 500 };
    const short = await measureEffectiveContext({ ...options, tokens: tokens.subarray(0, 9) });
    expect(short.losses.map(({ history }) => history)).toEqual([0, 1, 2, 4]);
    expect(short.positions).toBe(5);
    const two = await measureEffectiveContext({ ...options, tokens: tokens.subarray(0, 2) });
    expect(two.losses.map(({ history }) => history)).toEqual([0, 1]);
    await expect(measureEffectiveContext({ ...options, tokens: tokens.subarray(0, 1) })).rejects.toMatchObject({
      kind: 'data',
    });
  });
});
