import { describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import { evaluatePerplexity } from '../../../src/evaluate/perplexity.js';
import { createSlotReader, SLOT } from '../../../src/sample/fill/slot-beam.js';
import { randomModel, words } from '../trained-model.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
const model = randomModel(engine, { tokenizer: words, model: { layers: 1, hiddenSize: 8 }, range: 1.2 });
const V = words.tokens.length;
const all = Uint8Array.from({ length: V }, () => 1);
const text = { tokens: Int32Array.of(1, 2, SLOT, 4, SLOT, 7), masks: [all, all] };

/** ln p of the last token after those before it. */
async function logProbability(tokens: readonly number[]): Promise<number> {
  const nats = async (part: readonly number[]) =>
    (await evaluatePerplexity({ model, engine, tokens: Int32Array.from(part) })).nats;
  return (tokens.length > 2 ? await nats(tokens.slice(0, -1)) : 0) - (await nats(tokens));
}

describe('the reader of slots', () => {
  it('gives the log-probabilities of all tokens at each slot of a filled text', async () => {
    const found = await createSlotReader(model, engine, 2).atSlots(text, [3, 6]);
    expect(found).toHaveLength(2);
    for (let id = 0; id < V; id++) {
      expect(found[0]![id]).toBeCloseTo(await logProbability([1, 2, id]), 4);
      expect(found[1]![id]).toBeCloseTo(await logProbability([1, 2, 3, 4, id]), 4);
    }
  });

  it('adds what is known of each slot from elsewhere to the scores, with one beam and with several', async () => {
    const extra = [9, 8].map((wanted) => Float32Array.from({ length: V }, (_, id) => (id === wanted ? 0 : -100)));
    for (const beams of [1, 3]) {
      const [best] = await createSlotReader(model, engine, beams).search(text, extra);
      expect(best!.ids).toEqual([9, 8]);
      expect(best!.score).toBeCloseTo((await logProbability([1, 2, 9])) + (await logProbability([1, 2, 9, 4, 8])), 4);
    }
  });
});
