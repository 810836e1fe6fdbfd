import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.js';
import { tokenizerFromJSON } from '../../../src/text/tokenizers/tokenizer-state.js';
import { trainTokenizer } from '../../../src/text/tokenizers/train-tokenizer.js';

const types = ['character', 'word'] as const;

describe("a tokenizer's state", () => {
  it('rebuilds the same tokenizer through JSON', () => {
    const limits = fc.record({ minimumCount: fc.integer({ min: 1, max: 2 }), maximumSize: fc.integer({ min: 3, max: 20 }) });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...types), limits, (s, type, options) => {
        const text = `${s} a a`;
        const tokenizer = trainTokenizer({ type, ...options }, text);
        const again = tokenizerFromJSON(JSON.parse(JSON.stringify(tokenizer)));
        expect(again.type).toBe(type);
        expect(again.vocabulary.tokens).toEqual(tokenizer.vocabulary.tokens);
        expect(again.vocabulary.unknownId).toBe(tokenizer.vocabulary.unknownId);
        if (again.vocabulary.unknownId === undefined) return;
        expect(again.encode(`${text} new\n`)).toEqual(tokenizer.encode(`${text} new\n`));
      }),
    );
  });

  it('holds words that are names of object members', () => {
    const tokenizer = trainTokenizer({ type: 'word' }, '__proto__ constructor toString __proto__');
    const again = tokenizerFromJSON(JSON.parse(JSON.stringify(tokenizer)));
    expect(again.decode(again.encode('constructor __proto__'))).toBe('constructor __proto__');
  });

  it('is refused with its fault when it is not one', () => {
    const cases: [json: string, message: RegExp][] = [
      ['null', /an object is expected/],
      ['[]', /an object is expected/],
      ['"word"', /an object is expected/],
      ['{}', /type must be character or word, not undefined/],
      ['{"type":"by\\u001bte","tokens":["a"]}', /not "by\\u001bte"$/],
      ['{"type":["word"],"tokens":["a"]}', /not object/],
      ['{"type":"character"}', /tokens must be a list/],
      ['{"type":"character","tokens":{"length":1,"0":"a"}}', /tokens must be a list/],
      ['{"type":"character","tokens":[]}', /0 tokens/],
      ['{"type":"character","tokens":["a",7]}', /token 1 is not a string/],
      ['{"type":"character","tokens":["a",null]}', /token 1 is not a string/],
      ['{"type":"character","tokens":["a","b","a"]}', /token 2 stands there twice: "a"/],
      ['{"type":"character","tokens":[""]}', /token 0 cannot be one: ""/],
      ['{"type":"character","tokens":["ab"]}', /token 0 cannot be one: "ab"/],
      ['{"type":"character","tokens":["<eos>"]}', /token 0 cannot be one/],
      ['{"type":"character","tokens":["e\\u0301"]}', /token 0 cannot be one/],
      ['{"type":"word","tokens":["<unk>","<eos>",""]}', /token 2 cannot be one/],
      ['{"type":"word","tokens":["<unk>","<eos>","a b"]}', /token 2 cannot be one: "a b"/],
      ['{"type":"word","tokens":["<unk>","a"]}', /needs <eos>/],
      ['{"type":"word","tokens":["<eos>","a"]}', /needs <unk>/],
      ['{"type":"word","tokens":["<unk>","<eos>"],"lowercase":true}', /unknown key "lowercase"/],
      ['{"type":"character","tokens":["a"],"__proto__":{"polluted":true}}', /unknown key "__proto__"/],
      ['{"__proto__":{"type":"character","tokens":["a"]}}', /unknown key/],
    ];
    for (const [json, message] of cases) {
      const rebuild = () => tokenizerFromJSON(JSON.parse(json));
      expect(rebuild, json).toThrow(message);
      expect(rebuild, json).toThrow(expect.objectContaining({ kind: 'model' }));
    }
    expect({}).not.toHaveProperty('polluted');
  });

  it('is taken or refused, and nothing else happens, whatever it is', () => {
    const state = fc.oneof(
      fc.jsonValue(),
      fc.record({ type: fc.constantFrom(...types), tokens: fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue())) }),
      fc.record({ type: fc.constantFrom(...types), tokens: fc.array(fc.constantFrom('<unk>', '<eos>', 'a', '😀', ' ', 'ab')) }),
    );
    fc.assert(
      fc.property(state, (value) => {
        try {
          expect(JSON.parse(JSON.stringify(tokenizerFromJSON(value)))).toEqual(value);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
      }),
    );
  });
});
