import { describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createBatchGenerator } from '../../src/sample/batch.js';
import { createBeamSearch } from '../../src/sample/beam-search.js';
import { createGenerator } from '../../src/sample/generate.js';
import { characters, charactersWithEnd, independentDocuments, randomModel, words } from './trained-model.js';
import { writeText } from './write-text.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
const layers = { layers: 1, hiddenSize: 12 };
/** Models with the same weights, one of which reads backward. */
const pair = (description: object) =>
  [{}, { direction: 'backward' }].map((more) => randomModel(engine, { ...description, model: { ...layers, ...more } }));
const reverse = (text: string) => [...text].reverse().join('');

describe('a model that reads backward', () => {
  const [forward, backward] = pair({ tokenizer: characters }) as [
    ReturnType<typeof randomModel>,
    ReturnType<typeof randomModel>,
  ];
  const generators = [forward, backward].map((model) => createGenerator({ model, engine }));

  it('writes, before the end of a text, what a forward model with its weights writes after the reversed end', async () => {
    const options = { maximumTokens: 40, temperature: 0.9, seed: 5, repetitionPenalty: 1.2, likelihood: true };
    const ahead = await writeText(generators[0]!, reverse('the fox.'), options);
    const behind = await writeText(generators[1]!, 'the fox.', options);
    expect(behind.text).toBe(reverse(ahead.text));
    expect([behind.tokens, behind.logLikelihood]).toEqual([ahead.tokens, ahead.logLikelihood]);
    // The text is known only at its end.
    expect(behind.pieces).toHaveLength(1);
  });

  it('reads a text before another prompt as one prompt with it', async () => {
    const [, generator] = generators;
    const both = await generator!.read('the fox', await generator!.read(' said'));
    const whole = await generator!.read('the fox said');
    expect([both.text, both.ids, both.logits]).toEqual([whole.text, whole.ids, whole.logits]);
  });

  it('writes the same in a batch, and finds the same by a search', async () => {
    const [model, generator] = [backward, generators[1]!];
    const batch = createBatchGenerator({ model, engine, generator }, 2);
    const texts = ['', ''];
    const prompts = await batch.read([' crow', 'e']);
    await batch.write(
      prompts.map((prompt, i) => ({ prompt, options: { maximumTokens: 12, seed: i + 1 } })),
      {
        text(task, piece) {
          texts[task] += piece;
          return true;
        },
        end: () => true,
      },
    );
    for (const [i, prompt] of [' crow', 'e'].entries())
      expect(texts[i]).toBe((await writeText(generator, prompt, { maximumTokens: 12, seed: i + 1 })).text);
    const search = { beams: 4, maximumTokens: 6 };
    const found = await createBeamSearch({ model, engine }, search)(await generator.read(' crow'));
    const mirrored = await createBeamSearch({ model: forward, engine }, search)(await generators[0]!.read('worc '));
    expect(found.map(({ text }) => text)).toEqual(mirrored.map(({ text }) => reverse(text)));
  });

  it('refuses stop strings and constraints, which are read from the beginning', async () => {
    const prompt = await generators[1]!.read('fox');
    await expect(generators[1]!.generate(prompt, { stop: ['a'] }).next()).rejects.toThrow(/from their end/);
    expect(() => createBeamSearch({ model: backward, engine }, { beams: 2, stop: ['a'] })).toThrow(/from their end/);
  });

  it('separates words from those of the prompt, and begins documents at their end', async () => {
    const [, ofWords] = pair({ tokenizer: words });
    const generator = createGenerator({ model: ofWords!, engine });
    const { text } = await writeText(generator, 'the fox', { maximumTokens: 5, seed: 2 });
    expect(`${text}the fox`).toBe(ofWords!.tokenizer.decode(ofWords!.tokenizer.encode(`${text}the fox`)));
    expect(text).toMatch(/[ \n]$/);

    const [, ofDocuments] = pair({ tokenizer: charactersWithEnd, corpus: independentDocuments, range: 0.6 });
    const END = ofDocuments!.tokenizer.documentEndId!;
    const written = await writeText(createGenerator({ model: ofDocuments!, engine }), 'x', {
      maximumTokens: 500,
      seed: 3,
      likelihood: true,
    });
    expect(written.finish).toBe('end');
    expect(ofDocuments!.tokenizer.encode(written.text)).not.toContain(END);
  });

  it('joins the bytes of characters, wherever they are drawn', async () => {
    const [, model] = pair({ tokenizer: { type: 'byte' } });
    const written = await writeText(createGenerator({ model: model!, engine }), '世界', { maximumTokens: 30, seed: 4 });
    expect(written.pieces.join('')).toBe(written.text);
    expect(Buffer.byteLength(written.text)).toBeGreaterThan(10);
  });
});
