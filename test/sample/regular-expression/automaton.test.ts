import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Automaton, createAutomaton, DEAD } from '../../../src/sample/regular-expression/automaton.js';
import { userErrorOf } from '../../foundation/thrown.js';
import { atoms, letters, shortCounts } from './pattern-parts.js';

function matches(pattern: string, text: string): boolean {
  return run(createAutomaton(pattern), text);
}

function run(automaton: Automaton, text: string): boolean {
  let state = automaton.start;
  for (const byte of Buffer.from(text, 'utf8')) {
    if (state === DEAD) return false;
    state = automaton.step(state, byte);
  }
  return state !== DEAD && automaton.accepts(state);
}

/** Goes to every state that there is, and counts them. */
function exploreAll(automaton: Automaton): number {
  const reached = new Set([automaton.start]);
  for (const state of reached)
    for (let byte = 0; byte < 256; byte++) {
      const to = automaton.step(state, byte);
      if (to !== DEAD) reached.add(to);
    }
  return reached.size;
}

const { pattern: patterns } = fc.letrec<{ pattern: string; atom: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4 },
    tie('atom'),
    fc.array(tie('pattern'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(${a}|${b})`),
    fc.tuple(tie('pattern'), fc.constantFrom(...shortCounts)).map(([body, count]) => `(?:${body})${count}`),
  ),
  atom: fc.constantFrom(...atoms),
}));
const texts = fc.array(fc.constantFrom(...letters), { maxLength: 6 }).map((all) => all.join(''));

describe('the automaton of a regular expression', () => {
  it('accepts exactly the texts that JavaScript matches as a whole', () => {
    let matched = 0;
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        const expected = new RegExp(`^(?:${pattern})$`, 'u').test(text);
        if (expected) matched++;
        expect(matches(pattern, text), `${pattern} on ${JSON.stringify(text)}`).toBe(expected);
      }),
      { numRuns: 1500 },
    );
    expect(matched).toBeGreaterThan(30);
  });

  it.each([
    ['.', '\u2029'],
    ['\\s', '\ufeff'],
    ['\\S', '\u00a0'],
    ['\\W', 'é'],
    ['[^\\w ]', '_'],
    ['\\r\\n\\t', '\r\n\t'],
    ['\\f\\v\\0', '\f\v\0'],
    ['\\x41\\u0042\\.', 'AB.'],
    ['\\p{Script=Greek}+', 'αβγ'],
    ['\\P{L}', 'a'],
    ['[\\u{1f600}-\\u{1f64f}]', '🙂'],
    ['[]', ''],
    ['[^]', '\n'],
    ['[a-]', '-'],
    ['a{2,3}', 'aaaa'],
    ['(a*)*', 'aaa'],
    ['(|a)b', 'b'],
  ])('agrees with JavaScript on %s and %j', (pattern, text) => {
    expect(matches(pattern, text)).toBe(new RegExp(`^(?:${pattern})$`, 'u').test(text));
  });

  it('agrees with JavaScript on every character for classes and their opposites', () => {
    for (const pattern of ['\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '.', '[^\\s\\d]', '\\p{Lu}', '[a-z\\u0100-\\uffff]']) {
      const expected = new RegExp(`^${pattern}$`, 'u');
      const automaton = createAutomaton(pattern);
      for (let code = 0; code < 0x11000; code++) {
        if (code >= 0xd800 && code <= 0xdfff) continue;
        const character = String.fromCodePoint(code);
        let state = automaton.start;
        for (const byte of Buffer.from(character, 'utf8')) state = state === DEAD ? DEAD : automaton.step(state, byte);
        if ((state !== DEAD && automaton.accepts(state)) !== expected.test(character))
          expect.fail(`${pattern} on U+${code.toString(16)}`);
      }
    }
  });

  it('ignores ^ at the beginning and $ at the end', () => {
    expect([matches('^ab$', 'ab'), matches('^ab$', 'abc')]).toEqual([true, false]);
  });

  it.each([
    ['a)', 'character 2: this ) has no matching ('],
    ['(a', 'character 1: this ( is never closed'],
    ['[a', 'character 1: this [ is never closed'],
    ['[b-a]', 'character 2: the range ends before it begins'],
    ['[\\d-z]', 'character 2: a range ends with a character'],
    ['[[a]', 'character 2: write \\['],
    ['*a', 'character 1: there is nothing before * to repeat'],
    ['a**', 'character 3: two repetitions'],
    ['a*?', 'character 3: lazy quantifiers such as *? are not supported'],
    ['a{2,1}', 'character 2: {2,1}: the second number'],
    ['a{1001}', 'character 2: a count in braces is at most 1000'],
    ['a{1001,}', 'character 2: a count in braces is at most 1000'],
    ['a{2,1001}', 'character 2: a count in braces is at most 1000'],
    ['a{x}', 'character 2: {n}, {n,} or {n,m}'],
    ['a{,3}', 'character 2: {n}, {n,} or {n,m}'],
    ['a}', 'character 2: write \\}'],
    ['(?=a)', 'character 1: of the groups that begin with (?'],
    ['(?<n>a)', 'character 1: of the groups'],
    ['😀\\1', 'character 2: back references are not supported'],
    ['\\bword', 'character 1: word boundaries are not supported'],
    ['\\q', 'character 1: \\q has no meaning'],
    ['a\\', 'character 2: the backslash at the end'],
    ['\\p{Klingon}', 'character 1: a Unicode property'],
    ['\\pL', 'character 1: a Unicode property'],
    ['\\u12', 'character 1: \\xHH, \\uHHHH or \\u{H...}'],
    ['\\u{110000}', 'character 1: \\xHH, \\uHHHH or \\u{H...}'],
    ['\\ud800', 'character 1: half of a surrogate pair'],
    ['\\01', 'character 1: octal escapes'],
    ['a^b', 'character 2: ^ and $ are allowed only at the very beginning and end'],
    ['a$b', 'character 2: ^ and $'],
    ['(a$)', 'character 3: ^ and $'],
    ['('.repeat(200), 'more than 100 deep'],
    ['((.{1000}){1000}){1000}', 'too large'],
  ])('refuses %s', (pattern, message) => {
    const error = userErrorOf(() => createAutomaton(pattern));
    expect([error.kind, error.message]).toEqual(['usage', expect.stringContaining(message)]);
  });

  it.each([
    ['optional characters in nested repetitions', '(((a?){10}){100}){90}'],
    ['an optional character ten thousand times', '((a?){1000}){10}'],
    ['several optional characters', '((a?b?c?){100}){20}'],
    ['classes with everything between them', '([^a]*[^b]*){1000}'],
    ['repetitions of nothing', '((((((){1000}){1000}){1000}){1000}){1000}){1000}'],
    ['repetitions of nothing that may be left out', '((((){0,1000}){0,1000}){0,1000}){0,1000}'],
    ['optional properties', '((\\p{L}|\\P{L})?){1000}'],
    ['a hundred thousand choices', `${'a|'.repeat(99_000)}b`.repeat(2)],
    ['a pattern of ten million characters', 'a'.repeat(10_000_000)],
    [
      'many properties',
      ['L', 'Lu', 'Ll', 'Lt', 'Lm', 'Lo', 'M', 'Mn', 'N', 'Nd', 'P', 'Pd', 'S', 'Z', 'C', 'Cc', 'Cn']
        .map((name) => `\\p{${name}}`)
        .join(''),
    ],
  ])('refuses %s before they take much time or memory', (_, pattern) => {
    const error = userErrorOf(() => exploreAll(createAutomaton(pattern)));
    expect([error.kind, error.message]).toEqual(['usage', expect.stringContaining('the regular expression is too large')]);
  });

  it.each([
    ['(a?){1000}', 1001],
    ['a{1000}', 1001],
    ['a{0,1000}', 1001],
    ['a{1000,}', 1001],
    ['(a|b)*a(a|b){11}', 4096],
    [`(${'a|'.repeat(10_000)}b)`, 2],
    [`[${'\\p{ASCII}'.repeat(20_000)}]`, 2],
  ])('takes %.40s, of %i states', (pattern, states) => {
    expect(exploreAll(createAutomaton(pattern))).toBe(states);
  });

  it.each(['L', 'Lu', 'Script=Han', 'Cn', 'Any', 'ASCII', 'Emoji'])('knows the characters of \\p{%s}', (name) => {
    const property = new RegExp(`^\\p{${name}}$`, 'u');
    const automaton = createAutomaton(`\\p{${name}}`);
    const borders = [0, 0x41, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff];
    // Halves of surrogate pairs have no UTF-8.
    const plane = fc.integer({ min: 0, max: 0x10ffff }).filter((code) => code < 0xd800 || code > 0xdfff);
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...borders), plane), (code) => {
        const character = String.fromCodePoint(code);
        expect(run(automaton, character)).toBe(property.test(character));
      }),
    );
  });

  it('refuses a pattern with too many states while it runs', () => {
    const automaton = createAutomaton('(a|b)*a(a|b){20}');
    const run = () => {
      let state = automaton.start;
      let bits = 1;
      for (let i = 0; i < 2_000_000; i++) {
        bits = (Math.imul(bits, 1664525) + 1013904223) | 0;
        state = automaton.step(state, bits < 0 ? 0x61 : 0x62);
      }
    };
    expect(userErrorOf(run).message).toContain('more than 10000 states');
  });
});
