import { describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { evaluatePerplexity } from '../../src/evaluate/perplexity.js';
import { createBeamSearch } from '../../src/sample/beam-search.js';
import { createGenerator } from '../../src/sample/generate.js';
import { sampleTokens } from '../../src/sample/sample-tokens.js';
import { charactersWithEnd, independentDocuments, randomModel } from './trained-model.js';
import { writeText } from './write-text.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
const description = { tokenizer: charactersWithEnd, range: 0.6 };
const model = randomModel(engine, { ...description, corpus: independentDocuments });
/** The same weights, trained on a stream of documents. */
const ofStream = randomModel(engine, { ...description, corpus: { path: 'corpus.txt', documents: 'lines' } });
const generator = createGenerator({ model, engine });
const END = model.tokenizer.documentEndId!;

describe('a model of independent documents', () => {
  it('reads the end of a document before each prompt, and the likelihood of a text is the score of the document', async () => {
    for (const prompt of ['', 'fox']) {
      const { ids, text } = await generator.read(prompt);
      expect([text, model.tokenizer.decode(ids)]).toEqual([prompt, prompt]);
      const written = await writeText(generator, prompt, { seed: 3, maximumTokens: 500, likelihood: true });
      expect(written.finish).toBe('end');
      const whole = Int32Array.of(END, ...model.tokenizer.encode(prompt + written.text), END);
      const { nats } = await evaluatePerplexity({ model, engine, tokens: whole });
      const ofPrompt =
        prompt === '' ? 0 : (await evaluatePerplexity({ model, engine, tokens: whole.subarray(0, ids.length + 1) })).nats;
      expect(Math.abs(written.logLikelihood! + nats - ofPrompt)).toBeLessThan(1e-3);
    }
    const stream = createGenerator({ model: ofStream, engine });
    expect((await stream.read('fox')).logits).not.toEqual((await generator.read('fox')).logits);
    // Without a prompt both begin after the end of a document.
    expect((await stream.read('')).logits).toEqual((await generator.read('')).logits);
  });

  it('ends its texts where documents end, unless another token does, and one of a stream does not', async () => {
    const longest = 300;
    const lengths = async (from: typeof generator, options: object) => {
      const all = await Promise.all(
        [1, 2, 3, 4, 5].map((seed) => writeText(from, '', { seed, maximumTokens: longest, ...options })),
      );
      return all.map(({ finish }) => finish);
    };
    expect(new Set(await lengths(generator, {}))).toEqual(new Set(['end']));
    expect(new Set(await lengths(createGenerator({ model: ofStream, engine }), {}))).toEqual(new Set(['length']));
    const other = model.tokenizer.encode('e')[0]!;
    const { text, finish } = await writeText(generator, '', { seed: 2, maximumTokens: longest, endToken: other });
    expect([finish, text.includes('e')]).toEqual(['end', false]);
  });

  it('ends the texts of a search', async () => {
    const search = createBeamSearch({ model, engine }, { beams: 24, maximumTokens: 5, lengthPenalty: 0 });
    const found = await search(await generator.read('a'));
    expect(found.map(({ finish }) => finish)).toContain('end');
  });

  it('begins each document of a long sample with a zero state', async () => {
    const [drawn] = await sampleTokens({ engine, model, texts: 1, length: 400, seed: 1 });
    const first = drawn!.indexOf(END);
    expect(first).toBeGreaterThan(0);
    const [other] = await sampleTokens({ engine, model: ofStream, texts: 1, length: 400, seed: 1 });
    expect(other!.subarray(0, first + 1)).toEqual(drawn!.subarray(0, first + 1));
    expect(other).not.toEqual(drawn);
  });
});
