import { describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { logSumExpOf } from '../../src/foundation/special-functions.js';
import type { OpenedModel } from '../../src/run/open-model.js';
import { type BeamSearchOptions, createBeamSearch } from '../../src/sample/beam-search.js';
import { createGenerator, type TextGenerator } from '../../src/sample/generate.js';
import { regularExpressionConstraint } from '../../src/sample/regular-expression-constraint.js';
import { randomModel } from './trained-model.js';
import { writeText } from './write-text.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
const letters = { type: 'character', tokens: ['a', 'b', '\n'] };
const tiny = randomModel(engine, { tokenizer: letters, range: 1.2, hiddenSize: 8 });
const generator = createGenerator({ model: tiny, engine });

/** Every text of up to `length` tokens that ends with one of `ends` or at the length, with its log-likelihood by the plain chain rule. */
async function allTexts(length: number, ends: (text: string) => boolean): Promise<{ text: string; logLikelihood: number }[]> {
  const texts: { text: string; logLikelihood: number }[] = [];
  const visit = async (text: string, logLikelihood: number): Promise<void> => {
    if (text.length === length || (text !== '' && ends(text))) {
      texts.push({ text, logLikelihood });
      return;
    }
    const { logits } = await generator.read(`ab${text}`);
    const normalizer = logSumExpOf(logits);
    for (const [id, letter] of letters.tokens.entries()) await visit(text + letter, logLikelihood + logits[id]! - normalizer);
  };
  await visit('', 0);
  return texts;
}

async function search(options: BeamSearchOptions, model: OpenedModel = tiny, reader: TextGenerator = generator) {
  return createBeamSearch({ model, engine }, options)(await reader.read('ab'));
}

describe('beam search', () => {
  it('with as many beams as texts finds the most likely of all', async () => {
    const all = (await allTexts(4, () => false)).sort((a, b) => b.logLikelihood - a.logLikelihood);
    const found = await search({ beams: 81, maximumTokens: 4 });
    expect(found.map(({ text }) => text)).toEqual(all.map(({ text }) => text));
    for (const [i, { logLikelihood, score, finish, tokens }] of found.entries()) {
      expect(logLikelihood).toBeCloseTo(all[i]!.logLikelihood, 4);
      expect(score).toBeCloseTo(all[i]!.logLikelihood / 4, 4);
      expect([finish, tokens]).toEqual(['length', 4]);
    }
  });

  it.each([0, 0.6, 1, 2])('ranks texts that end early by likelihood over length to the power %d', async (lengthPenalty) => {
    const scoreOf = ({ text, logLikelihood }: { text: string; logLikelihood: number }) =>
      logLikelihood / Math.exp(lengthPenalty * Math.log(text.length));
    const all = await allTexts(4, (text) => text.endsWith('\n') || text.endsWith('bb'));
    all.sort((a, b) => scoreOf(b) - scoreOf(a));
    const found = await search({ beams: 81, maximumTokens: 4, lengthPenalty, stop: ['bb'], endToken: 2 });
    const cut = (text: string) => text.replace(/(\n|bb)$/, '');
    expect(found.slice(0, 10).map(({ text }) => text)).toEqual(all.slice(0, 10).map(({ text }) => cut(text)));
    for (const [i, { score }] of found.slice(0, 10).entries()) expect(score).toBeCloseTo(scoreOf(all[i]!), 4);
  });

  it.each([
    [3, 0],
    [3, 1],
    [5, 0.6],
  ])(
    'with %d beams and the penalty %d searches on while a hypothesis could still replace a text that it has found',
    async (beams, lengthPenalty) => {
      // A plain search: it never ends early.
      const scoreOf = (likelihood: number, length: number) => likelihood / Math.exp(lengthPenalty * Math.log(length));
      const found: { text: string; score: number }[] = [];
      let underway = [{ text: '', likelihood: 0 }];
      for (let length = 1; length <= 6; length++) {
        const ways: typeof underway = [];
        for (const { text, likelihood } of underway) {
          const { logits } = await generator.read(`ab${text}`);
          const normalizer = logSumExpOf(logits);
          for (const [id, letter] of letters.tokens.entries())
            ways.push({ text: text + letter, likelihood: likelihood + logits[id]! - normalizer });
        }
        ways.sort((a, b) => b.likelihood - a.likelihood);
        underway = [];
        for (const way of ways) {
          if (underway.length === beams) break;
          if (!way.text.endsWith('\n') && length < 6) underway.push(way);
          else found.push({ text: way.text.replace('\n', ''), score: scoreOf(way.likelihood, length) });
        }
      }
      found.sort((a, b) => b.score - a.score);
      const actual = await search({ beams, maximumTokens: 6, lengthPenalty, endToken: 2 });
      expect(actual.map(({ text }) => text)).toEqual(found.slice(0, beams).map(({ text }) => text));
    },
  );

  it('shows an incomplete character at the end of a text of bytes as U+FFFD', async () => {
    const model = randomModel(engine, { tokenizer: { type: 'byte' }, range: 0.3 });
    const reader = createGenerator({ model, engine });
    const found = await search({ beams: 256, maximumTokens: 1 }, model, reader);
    expect(found.filter(({ text }) => text === '\ufffd')).toHaveLength(128);
    expect(found.filter(({ text }) => text === '')).toHaveLength(0);
  });

  it('with one beam is greedy', async () => {
    const greedy = await writeText(generator, 'ab', { maximumTokens: 30, temperature: 0, seed: 1, likelihood: true });
    const [found] = await search({ beams: 1, maximumTokens: 30 });
    expect(found!.text).toBe(greedy.text);
    expect(found!.logLikelihood).toBeCloseTo(greedy.logLikelihood!, 4);
  });

  it('finds a text that is at least as likely with more beams, here more likely than the greedy text', async () => {
    const model = randomModel(engine, { range: 0.5 });
    const prompt = await createGenerator({ model, engine }).read('so');
    const likelihoods: number[] = [];
    for (const beams of [1, 2, 4, 16, 64])
      likelihoods.push((await createBeamSearch({ model, engine }, { beams, maximumTokens: 12 })(prompt))[0]!.logLikelihood);
    expect(likelihoods.at(-1)).toBeGreaterThanOrEqual(Math.max(...likelihoods) - 1e-6);
    expect(likelihoods.at(-1)! - likelihoods[0]!).toBeGreaterThan(1e-3);
  });

  it('does not end before the minimum', async () => {
    const found = await search({ beams: 27, maximumTokens: 6, minimumTokens: 3, endToken: 2, stop: ['b'], lengthPenalty: 0 });
    expect(found.length).toBeGreaterThan(10);
    for (const { text, tokens } of found) expect([tokens > 3 || tokens === 6, text.length >= 3]).toEqual([true, true]);
    expect(new Set(found.map(({ finish }) => finish))).toContain('stop');
  });

  it('satisfies a regular expression, and finds the most likely match', async () => {
    const constraint = regularExpressionConstraint('(a|bb)(a|b\\n){2}', tiny.tokenizer);
    const expected = (await allTexts(6, (text) => /^(a|bb)(a|b\n){2}$/.test(text)))
      .filter(({ text }) => /^(a|bb)(a|b\n){2}$/.test(text))
      .sort((a, b) => b.logLikelihood - a.logLikelihood);
    const found = await search({ beams: 40, maximumTokens: 9, constraint, lengthPenalty: 0 });
    expect(found.map(({ text }) => text)).toEqual(expected.map(({ text }) => text));
    for (const { finish, matches } of found) expect([finish, matches]).toEqual(['match', true]);
  });

  it('writes whole characters where tokens are bytes', async () => {
    const bytes = randomModel(engine, { tokenizer: { type: 'byte' } });
    const constraint = regularExpressionConstraint('[é世😀]{3}', bytes.tokenizer);
    const reader = createGenerator({ model: bytes, engine });
    for (const { text } of await search({ beams: 5, maximumTokens: 20, constraint }, bytes, reader))
      expect(text).toMatch(/^[é世😀]{3}$/u);
  });
});
