import { describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createGenerator } from '../../src/sample/generate.js';
import { regularExpressionConstraint } from '../../src/sample/regular-expression-constraint.js';
import { tokenizerFromJSON, trainTokenizer } from '../../src/text/tokenizers/index.js';
import { userErrorOf } from '../foundation/thrown.js';
import { randomModel, words } from './trained-model.js';
import { writeText } from './write-text.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
const bytePairs = trainTokenizer({ type: 'bpe', vocabularySize: 300 }, 'the fox and the crow, 世界 é\n'.repeat(9)).toJSON();

const patterns = {
  character: ['(the|a) (fox|crow)( and (the|a) (fox|crow)){0,2}', '[a-e]{3,5}', '\\w+ .{2}\\.', 'the( [^\\n]*)?,\\n', 'a*nd'],
  word: ['(the|a) (fox|crow) said( it)?', '\\w+( \\w+){4}', 'the fox\\n(a|the) crow', '(the ?|a\\n){3,9}cheese'],
  byte: ['[a-z]{2,6}', '世界?', '\\p{Script=Greek}{3}', '(é|😀){4}', '\\d{4}-\\d\\d-\\d\\d'],
  bpe: ['the( fox| crow)+', '世?界{2}é', '.{7}', '[^a-z]{5}', '(and|the)(,? the)*'],
};
const states = { character: undefined, word: words, byte: { type: 'byte' }, bpe: bytePairs };

describe.each(['character', 'word', 'byte', 'bpe'] as const)('a regular expression over %s tokens', (type) => {
  const tokenizer = states[type];
  const model = randomModel(engine, { range: 0.5, ...(tokenizer && { tokenizer }) });
  const generator = createGenerator({ model, engine });

  it.each(patterns[type])('makes every finished text match: %s', async (pattern) => {
    const constraint = regularExpressionConstraint(pattern, model.tokenizer);
    const full = new RegExp(`^(?:${pattern})$`, 'u');
    for (let stream = 0; stream < 12; stream++) {
      for (const prompt of ['', 'the ']) {
        const { text, finish, matches } = await writeText(generator, prompt, {
          maximumTokens: 40,
          seed: 3,
          stream,
          constraint,
        });
        const own = type === 'word' && prompt !== '' ? text.replace(/^ /, '') : text;
        expect(matches, JSON.stringify(own)).toBe(full.test(own));
        expect(finish === 'match' || finish === 'length').toBe(true);
        if (finish === 'match') expect(own).toMatch(full);
      }
    }
  });
});

describe('a regular expression', () => {
  const model = randomModel(engine, { range: 0.5 });
  const generator = createGenerator({ model, engine });

  it('ends a text as soon as nothing can follow', async () => {
    const constraint = regularExpressionConstraint('the (fox|crow)', model.tokenizer);
    const { text, finish, tokens } = await writeText(generator, 'so ', { maximumTokens: 99, seed: 1, constraint });
    expect([finish, tokens]).toEqual(['match', text.length]);
    expect(text).toMatch(/^the (fox|crow)$/);
  });

  it('reaches no dead end: no text begins that needs letters the vocabulary lacks', async () => {
    // There is no "z": of the choices only the last can be written to its end.
    const constraint = regularExpressionConstraint('(fez|maze|tea)', model.tokenizer);
    for (let stream = 0; stream < 9; stream++)
      expect((await writeText(generator, '', { maximumTokens: 9, seed: 2, stream, constraint })).text).toBe('tea');
  });

  it('allows the end token where the text matches, and nowhere else', async () => {
    const own = randomModel(engine, { tokenizer: words, range: 0.3 });
    const end = own.tokenizer.vocabulary.idOf('<eos>')!;
    const constraint = regularExpressionConstraint('(the (fox|crow) ?)*', own.tokenizer, end);
    const ends = new Set<string>();
    for (let stream = 0; stream < 40; stream++) {
      const options = { maximumTokens: 60, seed: 4, stream, constraint, endToken: end };
      const { text, finish, matches } = await writeText(createGenerator({ model: own, engine }), '', options);
      ends.add(finish);
      if (finish === 'end') expect(text).toMatch(/^(the (fox|crow) ?)*$/);
      if (finish === 'end') expect(matches).toBe(true);
    }
    expect(ends.has('end')).toBe(true);
  });

  it('gives a text its end token where it matches, whatever bytes that token has', () => {
    const letters = tokenizerFromJSON({ type: 'character', tokens: ['a', 'b', '\n'] });
    const [a, b, end] = [0, 1, 2];
    const constraint = regularExpressionConstraint('(ab)+\\n?', letters, end);
    const { start, allowed, next, accepts } = constraint;
    expect([[...allowed(start)], accepts(start)]).toEqual([[a], false]);
    const once = next(start, a);
    expect([[...allowed(once)], accepts(once)]).toEqual([[b], false]);
    const pair = next(once, b);
    expect([[...allowed(pair)], accepts(pair)]).toEqual([[a, end], true]);
    expect(next(pair, end)).toBe(pair);
    expect([...allowed(next(pair, a))]).toEqual([b]);
    const without = regularExpressionConstraint('(ab)+\\n?', letters);
    const matched = without.next(without.next(without.start, a), b);
    expect([...without.allowed(matched)]).toEqual([a, end]);
    const last = without.next(matched, end);
    expect([[...without.allowed(last)], without.accepts(last)]).toEqual([[], true]);
  });

  it('allows longer tokens where every byte is a token as well', () => {
    const pairs = tokenizerFromJSON(bytePairs);
    const named = (ids: Int32Array) => Array.from(ids, (id) => pairs.vocabulary.tokenOf(id));
    const constraint = regularExpressionConstraint('(the|to)!', pairs);
    expect(named(constraint.allowed(constraint.start)).sort()).toEqual(
      ['t', 'th', 'the'].filter((name) => pairs.vocabulary.idOf(name) !== undefined),
    );
    const after = constraint.next(constraint.start, pairs.vocabulary.idOf('t')!);
    expect(named(constraint.allowed(after))).toEqual(expect.arrayContaining(['h', 'o']));
    expect(named(constraint.allowed(after))).not.toContain('e');
  });

  it('separates words by one blank, and not after a line end', () => {
    const own = tokenizerFromJSON({ type: 'word', tokens: ['<unk>', '<eos>', 'the', 'fox'] });
    const [eos, the, fox] = [1, 2, 3];
    const { start, allowed, next, accepts } = regularExpressionConstraint('the( fox)?\\nfox', own);
    const first = next(start, the);
    expect([[...allowed(start)], [...allowed(first)]]).toEqual([[the], [eos, fox]]);
    const line = next(first, eos);
    expect([[...allowed(line)], accepts(line)]).toEqual([[fox], false]);
    const last = next(line, fox);
    expect([[...allowed(last)], accepts(last)]).toEqual([[], true]);
    expect([...allowed(next(first, fox))]).toEqual([eos]);
  });

  it('does not support words that can follow each other without blanks', () => {
    const separate = tokenizerFromJSON({ ...words, punctuation: 'separate' });
    const error = userErrorOf(() => regularExpressionConstraint('a', separate));
    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(/do not support this model.*tokenizer\.punctuation/);
  });

  it.each([
    ['z+', 'no text that this model can write matches'],
    ['[]', 'no text that this model can write matches'],
    ['', 'is the empty one'],
    ['z*', 'is the empty one'],
  ])('that cannot be satisfied is refused: %j', (pattern, message) => {
    const error = userErrorOf(() => regularExpressionConstraint(pattern, model.tokenizer));
    expect([error.kind, error.message]).toEqual(['usage', expect.stringContaining(message)]);
  });

  it('handles a vocabulary of 30,000 words within its limit of tried tokens', () => {
    const many = tokenizerFromJSON({
      type: 'word',
      tokens: ['<unk>', '<eos>', ...Array.from({ length: 30_000 }, (_, i) => `w${i.toString(36)}`)],
    });
    const constraint = regularExpressionConstraint('(w[a-z0-9]+ ){3,9}.*', many);
    expect(constraint.allowed(constraint.start)).toHaveLength(30_000);
  });
});
