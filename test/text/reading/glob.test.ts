import { describe, expect, it } from 'vitest';
import { globFolder, globMatcher, isGlob } from '../../../src/text/reading/glob.js';

describe('a pattern', () => {
  it.each([
    ['*.txt', ['a.txt', '.txt'], ['a.md', 'b/a.txt', 'a.txtx']],
    ['a/*/c', ['a/b/c'], ['a/c', 'a/b/b/c']],
    ['a/**/c', ['a/c', 'a/b/c', 'a/b/b/c'], ['b/c', 'a/bc']],
    ['**/*.txt', ['a.txt', 'b/a.txt', 'c/b/a.txt'], ['a.md']],
    ['a/**', ['a/b', 'a/b/c'], ['a', 'ab']],
    ['?.txt', ['a.txt', '😀.txt'], ['ab.txt', '/.txt']],
    ['[a-c].txt', ['a.txt', 'c.txt'], ['d.txt', '-.txt']],
    ['[!a-c].txt', ['d.txt'], ['a.txt', '/.txt']],
    ['[]-].txt', ['].txt', '-.txt'], ['a.txt']],
    ['part-{01,02}.txt', ['part-01.txt', 'part-02.txt'], ['part-03.txt', 'part-.txt']],
    ['{a,b{1,2}}.txt', ['a.txt', 'b1.txt', 'b2.txt'], ['b.txt']],
    ['a[b.txt', ['a[b.txt'], ['ab.txt']],
    ['a{b.txt', ['a{b.txt'], ['ab.txt']],
    ['a.b+c$(1).txt*', ['a.b+c$(1).txt'], ['aXb+c$(1).txt']],
  ])('%s', (pattern, fitting, others) => {
    const matches = globMatcher(pattern);
    expect(fitting.filter((path) => !matches(path))).toEqual([]);
    expect(others.filter(matches)).toEqual([]);
  });

  it('is distinguished from a plain path by its characters, and searches one folder', () => {
    expect(['a.txt', 'a+(b)/c.txt'].some(isGlob)).toBe(false);
    expect(['a*', 'a?', '[a]', '{a}'].every(isGlob)).toBe(true);
    expect(['texts/en/*.txt', '*.txt', '/*.txt', '/data/**/a?/b'].map(globFolder)).toEqual(['texts/en', '.', '/', '/data']);
  });

  it('does not expand without limit', () => {
    expect(() => globMatcher('{a,b}'.repeat(11))).toThrow(expect.objectContaining({ kind: 'usage' }));
  });
});
