import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonValue, parseStrictJson, stringifyStrictJson } from '../../src/foundation/strict-json.js';

describe('parseStrictJson', () => {
  it('reads back whatever stringifyStrictJson writes', () => {
    const json = fc.jsonValue({ maxDepth: 5 }).filter((value) => !/"__proto__":/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(json, (value) => {
        // -0 is the one number that JSON.stringify does not keep.
        expect(parseStrictJson(stringifyStrictJson(value as JsonValue))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([
    ['{"a":1,"a":2}', 'it has the key "a" twice'],
    ['{"a":{"b":1 , "b" :2}}', 'it has the key "b" twice'],
    ['{"a":1,"\\u0061":2}', 'it has the key "a" twice'],
    ['{"__proto__":{}}', 'it has the key __proto__'],
    ['{"a":[{"__pr\\u006fto__":{}}]}', 'it has the key __proto__'],
    [`${'['.repeat(101)}${']'.repeat(101)}`, 'it is nested more than 100 levels deep'],
    ['{"a":1', 'it is not valid JSON'],
    ['{"a', 'it is not valid JSON'],
    ['{"a\\', 'it is not valid JSON'],
    ['"\\', 'it is not valid JSON'],
    ['', 'it is not valid JSON'],
    [']]]', 'it is not valid JSON'],
    ['"a":1', 'it is not valid JSON'],
  ])('refuses %s', (text, message) => {
    expect(() => parseStrictJson(text)).toThrow(new SyntaxError(message));
  });

  it('refuses more elements than the limit', () => {
    expect(parseStrictJson('[1,2,{"a":",,,,,","b":[4]}]', 3)).toEqual([1, 2, { a: ',,,,,', b: [4] }]);
    expect(() => parseStrictJson('[1,2,{"a":",,,,,","b":[4,5]}]', 3)).toThrow(new SyntaxError('it has more than 3 elements'));
  });

  it('refuses a key of over 10,000 characters', () => {
    const withKey = (length: number) => JSON.stringify({ ['k'.repeat(length)]: 'v'.repeat(20_000) });
    expect(parseStrictJson(withKey(9_998))).toHaveProperty('k'.repeat(9_998));
    expect(() => parseStrictJson(withKey(10_001))).toThrow('it has a key of more than 10000 characters');
  });

  it('accepts one key in several objects, and brackets and colons inside strings', () => {
    const value = { a: { a: [{ a: 1 }, { a: 2 }] }, b: '{"a":1,"a":2}[[[', '"c":': '\\' };
    expect(parseStrictJson(JSON.stringify(value))).toEqual(value);
    expect(parseStrictJson(`${'['.repeat(100)}${']'.repeat(100)}`)).toBeTruthy();
  });

  it('either reads any text as JSON.parse does or throws a SyntaxError', () => {
    const text = fc.string({
      unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', ' ', 'a', '1', 'u'),
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, (anything) => {
        let value: JsonValue;
        try {
          value = parseStrictJson(anything);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
          return;
        }
        expect(value).toEqual(JSON.parse(anything));
      }),
      { numRuns: 2000 },
    );
  });

  it('repeats no text of a broken document in its message', () => {
    const error = (() => {
      try {
        return parseStrictJson('\u001b[31mowned');
      } catch (caught) {
        return caught as Error;
      }
    })() as Error;
    expect(error.message).toBe('it is not valid JSON');
  });
});

describe('stringifyStrictJson', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses %d, which would come back as null',
    (value) => {
      expect(() => stringifyStrictJson({ best: [value] })).toThrow('JSON cannot represent');
    },
  );

  it('refuses a key that parseStrictJson refuses', () => {
    expect(() => stringifyStrictJson(JSON.parse('{"vocabulary":{"__proto__":1}}'))).toThrow('__proto__');
  });
});
