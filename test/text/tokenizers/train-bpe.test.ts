import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trainTokenizer } from '../../../src/text/tokenizers/index.js';
import { anyText } from './mixed-texts.js';

/** The merges of a text, by the names of what is merged. */
function mergesOf(text: string | string[], vocabularySize: number): string[] {
  const state = trainTokenizer({ type: 'bpe', vocabularySize }, [text].flat()).toJSON();
  if (state.type !== 'bpe') throw new Error(state.type);
  return state.merges.map((pair) => pair.map((id) => state.tokens[id]).join(' + '));
}

/** The same by the definition: all pairs are counted anew for every merge. */
function mergesByDefinition(text: string, vocabularySize: number): string[] {
  const pieces = text.match(/'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu) ?? [];
  const words = pieces.map((piece) => [...Buffer.from(piece)]);
  const names = trainTokenizer({ type: 'bpe', vocabularySize: 256 }, ['a']).vocabulary.tokens.slice();
  const merges: string[] = [];
  while (names.length < vocabularySize) {
    const counts = new Map<string, number>();
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) {
        const key = `${word[i]} ${word[i + 1]}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    const pairs = [...counts].map(([key, count]) => ({ count, pair: key.split(' ').map(Number) }));
    pairs.sort((a, b) => b.count - a.count || a.pair[0]! - b.pair[0]! || a.pair[1]! - b.pair[1]!);
    if (pairs.length === 0 || pairs[0]!.count < 2) break;
    const [left = 0, right = 0] = pairs[0]!.pair;
    const name = names[left]! + names[right]!;
    const id = names.includes(name) ? names.indexOf(name) : names.push(name) - 1;
    const merge = `${names[left]} + ${names[right]}`;
    if (!merges.includes(merge)) merges.push(merge);
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) if (word[i] === left && word[i + 1] === right) word.splice(i, 2, id);
    }
  }
  return merges;
}

describe('training byte pairs', () => {
  it('merges the most frequent pair, then the next, as worked out by hand', () => {
    // lo 5, ow 5, then low 5; of the pairs seen three times ' l' has the smallest left id; 'we', 'er' are seen twice.
    expect(mergesOf('low low low lower lower', 262)).toEqual(['l + o', 'lo + w', 'Ġ + low', 'e + r', 'Ġlow + er']);
  });

  it('takes the pair of the smaller left id, then of the smaller right id, when counts are equal', () => {
    expect(mergesOf('cd\nab\ncd\nab', 258)).toEqual(['a + b', 'c + d']);
    expect(mergesOf('ac\nab\nac\nab', 258)).toEqual(['a + b', 'a + c']);
  });

  it('does what the definition says', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 200 });
    fc.assert(
      fc.property(fc.oneof(letters, anyText), fc.integer({ min: 256, max: 300 }), (text, size) => {
        expect(mergesOf(`${text}.`, size)).toEqual(mergesByDefinition(`${text}.`, size));
      }),
      { numRuns: 100 },
    );
  });

  it('merges runs of one character from the left', () => {
    expect(mergesOf('aaaaa bbb aaaaa', 260)).toEqual(mergesByDefinition('aaaaa bbb aaaaa', 260));
    const tokenizer = trainTokenizer({ type: 'bpe', vocabularySize: 257 }, ['aaaaa aaaaa']);
    expect(tokenizer.encode('aaaaa')).toEqual(Int32Array.of(256, 256, 97));
  });

  it('has one token for bytes that two merges produce', () => {
    // 'bc' is merged before 'ab': abc is a + bc in some words, and ab + c could make it again.
    const text = 'bc bc bc bc abc abc ab ab ab ab ab';
    for (let size = 257; size < 266; size++) expect(mergesOf(text, size)).toEqual(mergesByDefinition(text, size));
    const { vocabulary } = trainTokenizer({ type: 'bpe', vocabularySize: 266 }, [text]);
    expect(new Set(vocabulary.tokens).size).toBe(vocabulary.size);
  });

  it('gives the same vocabulary every time, whole or in pieces that do not cut words', () => {
    const text = 'the fox said to the crow, the cheese is the best of the cheeses.\n'.repeat(3);
    expect(mergesOf(text, 290)).toEqual(mergesOf(text, 290));
    expect(mergesOf([text, text], 290)).toEqual(mergesOf(text + text, 290));
  });

  it('has the requested size, or less when no pair occurs twice', () => {
    expect(trainTokenizer({ type: 'bpe', vocabularySize: 262 }, ['the fox and the crow and the fox']).vocabulary.size).toBe(
      262,
    );
    expect(trainTokenizer({ type: 'bpe', vocabularySize: 1000 }, ['abab']).vocabulary.size).toBe(257);
  });

  it('merges nothing across words', () => {
    const { vocabulary } = trainTokenizer({ type: 'bpe', vocabularySize: 300 }, ['in a in a in a in a in a']);
    expect(vocabulary.tokens.slice(256)).toEqual(['Ġa', 'in', 'Ġin']);
  });

  it('is refused for an empty text', () => {
    expect(() => trainTokenizer({ type: 'bpe', vocabularySize: 300 }, [''])).toThrow('the training text has no characters');
  });
});
