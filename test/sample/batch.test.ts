import { describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { UserError } from '../../src/foundation/errors.js';
import { createBatchGenerator, type WritingTask } from '../../src/sample/batch.js';
import { createGenerator } from '../../src/sample/generate.js';
import type { GenerationOptions, GenerationSummary } from '../../src/sample/text-writer.js';
import { cells } from '../model/short-form.js';
import { charactersWithEnd, independentDocuments, randomModel, words } from './trained-model.js';
import { writeText } from './write-text.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });

const prompts = ['the fox', '', 'so', 'the hare, and the tortoise.\n', 'a', 'the hare\n'.repeat(70), 'me', 'only this'];
const variants: Partial<GenerationOptions>[] = [
  {},
  { maximumTokens: 3 },
  { stop: ['e'] },
  { temperature: 0 },
  { repetitionPenalty: 1.5 },
];

describe.each([
  ...cells.map((cell) => ({ cell })),
  { tokenizer: words },
  { tokenizer: charactersWithEnd, corpus: independentDocuments },
])('texts that are written together: %j', (description) => {
  const model = randomModel(engine, { range: 0.6, ...description });
  const generator = createGenerator({ model, engine });

  it.each([1, 3, 32])('are the same as each alone, bit for bit, in up to %d rows', async (rows) => {
    const batch = createBatchGenerator({ model, engine, generator }, rows);
    const read = await batch.read(prompts);
    for (const [i, prompt] of prompts.entries()) expect(read[i]).toEqual(await generator.read(prompt));

    const tasks: WritingTask[] = read.flatMap((prompt, i) =>
      [0, 1].map((stream) => ({
        prompt,
        options: { maximumTokens: 25, seed: 5, stream, likelihood: true, ...variants[i % 5]! },
      })),
    );
    const texts = tasks.map(() => '');
    const summaries: GenerationSummary[] = [];
    await batch.write(tasks, {
      text(task, piece) {
        texts[task] += piece;
        return true;
      },
      end(task, summary) {
        summaries[task] = summary;
        return true;
      },
    });
    for (const [i, { options }] of tasks.entries()) {
      const { text, pieces: _, ...summary } = await writeText(generator, prompts[i >> 1]!, options);
      expect({ text: texts[i], ...summaries[i] }).toEqual({ text, ...summary });
    }
  });
});

describe('a batch', () => {
  const model = randomModel(engine, { range: 0.6 });
  const generator = createGenerator({ model, engine });

  it('ends when the output is no longer read', async () => {
    const batch = createBatchGenerator({ model, engine, generator }, 4);
    const prompt = await generator.read('so');
    const options = { maximumTokens: 1_000_000_000, seed: 1 };
    let pieces = 0;
    const end = () => expect.fail('no text is at its end');
    const tasks = [
      { prompt, options },
      { prompt, options },
    ];
    await batch.write(tasks, { text: () => ++pieces < 10, end });
    expect(pieces).toBe(10);
  });

  it('of no texts at once is refused', () => {
    expect(() => createBatchGenerator({ model, engine, generator }, 0)).toThrow('most is 0');
  });

  it('ends when the ends of texts are no longer read', async () => {
    const batch = createBatchGenerator({ model, engine, generator }, 1);
    const prompt = await generator.read('so');
    const ended: number[] = [];
    const tasks = [1, 2, 3].map((maximumTokens) => ({ prompt, options: { maximumTokens, seed: 1 } }));
    await batch.write(tasks, { text: () => true, end: (task) => ended.push(task) < 2 });
    expect(ended).toEqual([0, 1]);
  });

  it('refuses a prompt of unknown characters', async () => {
    await expect(createBatchGenerator({ model, engine, generator }, 2).read(['so', 'Z'])).rejects.toThrow(
      'not in the vocabulary: "Z"',
    );
  });
});

describe('a text', () => {
  const model = randomModel(engine, { range: 0.6 });
  const generator = createGenerator({ model, engine });
  const options = { maximumTokens: 40, seed: 7 };

  it('continues a prompt that was read before, as one prompt', async () => {
    for (const [a, b] of [
      ['the ', 'fox'],
      ['', 'fox'],
      ['the fox', ''],
      ['the ', 'hare '.repeat(120)],
    ] as const) {
      const together = await generator.read(a + b);
      const first = a === '' ? undefined : await generator.read(a);
      const { ids, text, logits } = await generator.read(b, first);
      expect([ids, text]).toEqual([together.ids, together.text]);
      expect(Math.max(...logits.map((logit, id) => Math.abs(logit - together.logits[id]!)))).toBeLessThan(1e-5);
    }
  });

  it('ends at the end token, which is not part of it, and not before the minimum', async () => {
    const e = model.tokenizer.vocabulary.idOf('e')!;
    const whole = (await writeText(generator, 'so', options)).text;
    const ended = await writeText(generator, 'so', { ...options, endToken: e });
    expect([ended.text, ended.finish, ended.tokens]).toEqual([whole.split('e')[0], 'end', whole.indexOf('e') + 1]);
    for (let stream = 0; stream < 20; stream++) {
      const { text, tokens } = await writeText(generator, 'so', { ...options, stream, endToken: e, minimumTokens: 15 });
      expect(text.slice(0, 15)).not.toContain('e');
      expect(tokens).toBeGreaterThan(15);
    }
  });

  it('treats stop strings as text until it has its minimum', async () => {
    const whole = (await writeText(generator, 'so', options)).text;
    const { text, finish } = await writeText(generator, 'so', { ...options, stop: ['e'], minimumTokens: 20 });
    expect(whole.slice(0, 20)).toContain('e');
    expect([text, finish]).toEqual([whole.slice(0, 20) + whole.slice(20).split('e')[0], 'stop']);
  });

  it('reports the model’s own probability of each token, however it was chosen', async () => {
    const seen: {
      id: number;
      text: string;
      probability: number;
      alternatives: readonly { id: number; probability: number }[];
    }[] = [];
    const own = { ...options, likelihood: true, temperature: 3, topK: 5, presencePenalty: 2, alternatives: 3 };
    const { text, logLikelihood } = await writeText(generator, 'so', { ...own, onToken: (token) => void seen.push(token) });
    expect(seen.map((token) => token.text).join('')).toBe(text);
    expect(seen.reduce((sum, { probability }) => sum + Math.log(probability), 0)).toBeCloseTo(logLikelihood!, 6);
    for (const [i, { id, probability, alternatives }] of seen.entries()) {
      const { logits } = await generator.read(`so${text.slice(0, i)}`);
      const weights = [...logits].map(Math.exp);
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      expect(probability).toBeCloseTo(weights[id]! / total, 4);
      const best = weights.toSorted((a, b) => b - a).slice(0, 3);
      for (const [rank, alternative] of alternatives.entries())
        expect(alternative.probability).toBeCloseTo(best[rank]! / total, 4);
      expect(alternatives).toHaveLength(3);
    }
  });

  it('repeats itself less with a penalty', async () => {
    const different = async (penalty: number) =>
      new Set((await writeText(generator, 'so', { ...options, temperature: 0, frequencyPenalty: penalty })).text).size;
    expect(await different(2)).toBeGreaterThan(await different(0));
  });

  it('refuses a minimum above the maximum', async () => {
    await expect(writeText(generator, 'so', { ...options, minimumTokens: 41 })).rejects.toThrow(UserError);
  });
});
