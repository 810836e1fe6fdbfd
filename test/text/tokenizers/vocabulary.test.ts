import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/foundation/errors.js';
import { buildVocabulary, createVocabulary } from '../../../src/text/tokenizers/vocabulary.js';

const counts = Object.entries({ b: 3, a: 3, '！': 1, '😀': 1, c: 5, '<eos>': 9 });

describe('a vocabulary', () => {
  it('maps tokens to ids and back', () => {
    const vocabulary = createVocabulary(['x', '<unk>', 'constructor', '__proto__']);
    expect(vocabulary.size).toBe(4);
    expect(vocabulary.tokens.map((token) => vocabulary.idOf(token))).toEqual([0, 1, 2, 3]);
    expect([0, 1, 2, 3].map((id) => vocabulary.tokenOf(id))).toEqual(['x', '<unk>', 'constructor', '__proto__']);
    expect(vocabulary.unknownId).toBe(1);
    expect(vocabulary.idOf('toString')).toBeUndefined();
    for (const id of [-1, 4, 0.5, Number.NaN]) expect(() => vocabulary.tokenOf(id)).toThrow(UserError);
  });

  it('has no unknown id without <unk>', () => {
    expect(createVocabulary(['x'])).not.toHaveProperty('unknownId');
  });

  it('is ordered: special tokens, then decreasing count, then code point', () => {
    expect(buildVocabulary(counts, ['<eos>'], {}, 'word').tokens).toEqual(['<eos>', 'c', 'a', 'b', '！', '😀']);
  });

  it('does not depend on the order of the counts', () => {
    const tokens = buildVocabulary([...counts].reverse(), ['<eos>'], {}, 'word').tokens;
    expect(tokens).toEqual(buildVocabulary(counts, ['<eos>'], {}, 'word').tokens);
  });

  it('excludes tokens below the minimum count, and then has <unk>', () => {
    expect(buildVocabulary(counts, ['<eos>'], { minimumCount: 3 }, 'word').tokens).toEqual(['<unk>', '<eos>', 'c', 'a', 'b']);
    expect(buildVocabulary(counts, [], { minimumCount: 6 }, 'word').tokens).toEqual(['<unk>', '<eos>']);
  });

  it('is cut to the maximum size, special tokens and <unk> included', () => {
    const cutTo = (maximumSize: number) => buildVocabulary(counts, ['<eos>'], { maximumSize }, 'word').tokens;
    expect(cutTo(4)).toEqual(['<unk>', '<eos>', 'c', 'a']);
    expect(cutTo(5)).toEqual(['<unk>', '<eos>', 'c', 'a', 'b']);
    expect(cutTo(6)).toEqual(['<eos>', 'c', 'a', 'b', '！', '😀']);
  });

  it('refuses limits that leave nothing', () => {
    const build = (limits: object) => () => buildVocabulary(counts, ['<unk>', '<eos>'], limits, 'word');
    expect(build({ maximumSize: 2 })).toThrow(expect.objectContaining({ kind: 'usage' }));
    expect(build({ maximumSize: 2 })).toThrow(/maximumSize 2 leaves no room beside <unk> and <eos>; set 3 or more/);
    expect(build({ maximumSize: 3 })).not.toThrow();
    expect(build({ minimumCount: 6 })).toThrow('no word is seen 6 times in training; lower tokenizer.minimumCount');
    expect(build({ minimumCount: 6 })).toThrow(expect.objectContaining({ kind: 'data' }));
    expect(() => buildVocabulary([['<eos>', 4]], ['<eos>'], {}, 'word')).toThrow('the training text has no words');
  });
});
