import { describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import { evaluatePerplexity } from '../../../src/evaluate/perplexity.js';
import type { OpenedModel } from '../../../src/run/open-model.js';
import { fillBlanks } from '../../../src/sample/fill/fill-blanks.js';
import { randomModel } from '../trained-model.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
const names = ['<unk>', '<eos>', 'the', 'fox', 'said', 'to', 'crow', 'a'];
const description = { tokenizer: { type: 'word', tokens: names }, range: 1.2 };
const model = randomModel(engine, {
  ...description,
  model: { bidirectional: true, layers: 1, hiddenSize: 8 },
}) as OpenedModel & { backward: OpenedModel };
const { tokenizer } = model;
const END = tokenizer.documentEndId!;
const candidates = names.slice(2);

/** ln p of a text by both stacks, between two line ends; without what is before the first and after the last blank, which is the same. */
async function logProbability(text: string): Promise<number> {
  const tokens = Int32Array.of(END, ...tokenizer.encode(text), END);
  const ahead = await evaluatePerplexity({ model, engine, tokens });
  const behind = await evaluatePerplexity({ model: model.backward, engine, tokens: tokens.toReversed() });
  return -ahead.nats - behind.nats;
}

/** All texts with these numbers of words in the blanks, the most probable first. */
async function byEnumeration(pieces: readonly string[], lengths: readonly number[]) {
  const words = (length: number): string[] =>
    length === 0
      ? ['']
      : words(length - 1).flatMap((before) => candidates.map((word) => (before === '' ? word : `${before} ${word}`)));
  const texts = lengths.reduce<string[]>(
    (all, length, i) => all.flatMap((text) => words(length).map((fill) => text + fill + pieces[i + 1])),
    [pieces[0]!],
  );
  const scored: { text: string; score: number }[] = [];
  for (const text of texts) scored.push({ text, score: await logProbability(text) });
  return scored.sort((a, b) => b.score - a.score);
}

describe('filling blanks', () => {
  it('of one word ranks all words by the probability of the text in both directions', async () => {
    const found = await fillBlanks('the fox ___ to a crow', { model, engine, beams: 8 });
    const expected = await byEnumeration(['the fox ', ' to a crow'], [1]);
    expect(found.map(({ text }) => text)).toEqual(expected.map(({ text }) => text));
    expect(found[0]!.fills).toEqual([expected[0]!.text.split(' ')[2]]);
    for (const [i, { score, forward, backward }] of found.entries()) {
      expect(score).toBeCloseTo(forward + backward!, 9);
      // What is common to all texts is not part of the score.
      expect(score - found[0]!.score).toBeCloseTo(expected[i]!.score - expected[0]!.score, 3);
    }
  });

  it.each([
    ['the ___ said to ___ crow', ['the ', ' said to ', ' crow'], [[1, 1]]],
    ['___{2} said to the crow', ['', ' said to the crow'], [[2]]],
    ['the fox said ___{1,2}', ['the fox said ', ''], [[1], [2]]],
    ['a ___{2} the ___ to', ['a ', ' the ', ' to'], [[2, 1]]],
  ] as const)('finds the most probable texts for %j', async (text, pieces, lengths) => {
    const found = await fillBlanks(text, { model, engine, beams: 8, count: 3 });
    const all = (await Promise.all(lengths.map((own) => byEnumeration(pieces, own)))).flat().sort((a, b) => b.score - a.score);
    expect(found[0]!.text).toBe(all[0]!.text);
    // The others are exact in their scores, and in order; a beam may miss one.
    const scoreOf = new Map(all.map((one) => [one.text, one.score]));
    for (const { text: filled, score } of found)
      if (lengths.length === 1) expect(score - found[0]!.score).toBeCloseTo(scoreOf.get(filled)! - all[0]!.score, 3);
    expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a));
  });

  it('forward only ranks words by their probability after the text before the blank', async () => {
    const found = await fillBlanks('the fox ___ to a crow', { model, engine, forwardOnly: true });
    const prefix = async (word: string) => {
      const tokens = Int32Array.of(END, ...tokenizer.encode(`the fox ${word}`));
      return -(await evaluatePerplexity({ model, engine, tokens })).nats;
    };
    const base = -(await evaluatePerplexity({ model, engine, tokens: Int32Array.of(END, ...tokenizer.encode('the fox')) }))
      .nats;
    for (const { fills, score, backward } of found) {
      expect(score).toBeCloseTo((await prefix(fills[0]!)) - base, 4);
      expect(backward).toBeUndefined();
    }
    expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(found).toHaveLength(candidates.length);
  });

  it('fills characters of open length, each text once', async () => {
    const ofCharacters = randomModel(engine, { model: { bidirectional: true, layers: 1, hiddenSize: 8 } });
    const found = await fillBlanks('the ___ said', { model: ofCharacters, engine, beams: 4, maximumLength: 3, count: 1000 });
    expect(new Set(found.map(({ text }) => text)).size).toBe(found.length);
    expect(new Set(found.map(({ fills }) => fills[0]!.length))).toEqual(new Set([1, 2, 3]));
    for (const { text, fills } of found) {
      expect(text).toBe(`the ${fills[0]} said`);
      expect(fills[0]).not.toContain('\n');
    }
  });

  it('says what to do with a model of one direction, an open length forward only, and too many lengths', async () => {
    const alone = randomModel(engine, { ...description, model: { layers: 1, hiddenSize: 8 } });
    await expect(fillBlanks('the ___', { model: alone, engine })).rejects.toThrow(/model\.bidirectional: true.*--forward-only/);
    const behind = randomModel(engine, { ...description, model: { layers: 1, hiddenSize: 8, direction: 'backward' } });
    await expect(fillBlanks('the ___', { model: behind, engine, forwardOnly: true })).rejects.toThrow(/backward only/);
    await expect(fillBlanks('the ___{1,2}', { model, engine, forwardOnly: true })).rejects.toThrow(/give its length/);
    await expect(fillBlanks('___{1,20} ___{1,20}', { model, engine })).rejects.toThrow(/400 combinations/);
    await expect(fillBlanks('the ___', { model, engine, count: 0 })).rejects.toThrow(/count/);
    expect(await fillBlanks('the ___', { model: alone, engine, forwardOnly: true })).toHaveLength(candidates.length);
  });
});
