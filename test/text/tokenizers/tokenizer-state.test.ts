import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/foundation/errors.js';
import { byteCharacters } from '../../../src/text/tokenizers/byte-alphabet.js';
import { tokenizerFromJSON, trainTokenizer } from '../../../src/text/tokenizers/index.js';

const types = ['character', 'word'] as const;
const bytePairs = {
  type: 'bpe',
  tokens: [...byteCharacters, 'ab', 'abc', '<s>'],
  merges: [
    [97, 98],
    [256, 99],
  ],
  added: [258],
};

const constants = ({ type, tokens, merges, added }: typeof bytePairs) => ({
  type: fc.constant(type),
  tokens: fc.constant(tokens),
  merges: fc.constant(merges),
  added: fc.constant(added),
});

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

  it('contains words that are names of object members', () => {
    const tokenizer = trainTokenizer({ type: 'word' }, '__proto__ constructor toString __proto__');
    const again = tokenizerFromJSON(JSON.parse(JSON.stringify(tokenizer)));
    expect(again.decode(again.encode('constructor __proto__'))).toBe('constructor __proto__');
  });

  it('rebuilds byte and byte-pair tokenizers through JSON', () => {
    expect(tokenizerFromJSON({ type: 'byte' }).toJSON()).toEqual({ type: 'byte' });
    const again = tokenizerFromJSON(JSON.parse(JSON.stringify(tokenizerFromJSON(bytePairs))));
    expect(again.toJSON()).toEqual(bytePairs);
    expect(again.encode('abcab<s>')).toEqual(Int32Array.of(257, 256, 258));
  });

  it('of byte pairs is refused with its problem when it is invalid', () => {
    const cases: [changes: object, message: RegExp][] = [
      [{ tokens: undefined }, /tokens must be a list/],
      [{ merges: undefined }, /merges must be a list/],
      [{ added: undefined }, /added must be a list/],
      [{ dropout: 0 }, /unknown key "dropout"/],
      [{ tokens: Array(500_001).fill('a') }, /there are 500001 tokens; 1 to 500000 are allowed/],
      [{ tokens: byteCharacters.slice(1), merges: [], added: [] }, /no token for the byte 0/],
      [{ tokens: [...byteCharacters, 'a b', 'abc', '<s>'] }, /token 256 is not made of bytes/],
      [{ tokens: [...byteCharacters, 'ab', 'ab', '<s>'] }, /token 257 stands there twice/],
      [{ merges: [[97, 98], 7] }, /merges 1 cannot be one/],
      [{ merges: [[97, 98, 99]] }, /merges 0 cannot be one/],
      [{ merges: [['a', 'b']] }, /merges 0 cannot be one/],
      [{ merges: [[97, 1.5]] }, /merges 0 cannot be one/],
      [{ merges: [[97, 259]] }, /merge 0 is not of two tokens/],
      [{ merges: [[-1, 97]] }, /merge 0 is not of two tokens/],
      [{ merges: [[97, 258]] }, /merge 0 is not of two tokens/],
      [{ merges: [[98, 97]] }, /merge 0 makes a token that is not in the vocabulary/],
      [
        {
          merges: [
            [97, 98],
            [97, 98],
          ],
        },
        /merge 1 stands there twice/,
      ],
      [{ added: ['<s>'] }, /added 0 cannot be one/],
      [{ added: [259] }, /the added token 259 is not among the 259 tokens/],
      [{ added: [258, 258] }, /the added token 258 is listed twice/],
      [{ added: [258, 97] }, /no token for the byte 97/],
    ];
    for (const [changes, message] of cases) {
      const rebuild = () => tokenizerFromJSON({ ...bytePairs, ...changes });
      expect(rebuild, JSON.stringify(changes).slice(0, 80)).toThrow(message);
      expect(rebuild).toThrow(expect.objectContaining({ kind: 'model' }));
    }
  });

  it('is refused with its problem when it is invalid', () => {
    const cases: [json: string, message: RegExp][] = [
      ['null', /an object is expected/],
      ['[]', /an object is expected/],
      ['"word"', /an object is expected/],
      ['{}', /type must be one of character, word, byte, bpe, not undefined/],
      ['{"type":"by\\u001bte","tokens":["a"]}', /not "by\\u001bte"$/],
      ['{"type":["word"],"tokens":["a"]}', /not object/],
      ['{"type":"toString"}', /not "toString"$/],
      ['{"type":"byte","tokens":[]}', /unknown key "tokens"/],
      ['{"type":"character"}', /tokens must be a list/],
      ['{"type":"character","tokens":{"length":1,"0":"a"}}', /tokens must be a list/],
      ['{"type":"character","tokens":[]}', /0 tokens/],
      ['{"type":"character","tokens":["a",7]}', /token 1 is not a string/],
      ['{"type":"character","tokens":["a",null]}', /token 1 is not a string/],
      ['{"type":"character","tokens":["a","b","a"]}', /token 2 stands there twice: "a"/],
      ['{"type":"character","tokens":[""]}', /token 0 cannot be one: ""/],
      ['{"type":"character","tokens":["ab"]}', /token 0 cannot be one: "ab"/],
      ['{"type":"character","tokens":["<pad>"]}', /token 0 cannot be one/],
      ['{"type":"byte","documentEnd":false}', /documentEnd can only be true/],
      ['{"type":"character","tokens":["e\\u0301"]}', /token 0 cannot be one/],
      ['{"type":"word","tokens":["<unk>","<eos>",""]}', /token 2 cannot be one/],
      ['{"type":"word","tokens":["<unk>","<eos>","a b"]}', /token 2 cannot be one: "a b"/],
      ['{"type":"word","tokens":["<unk>","a"]}', /needs <eos>/],
      ['{"type":"word","tokens":["<eos>","a"]}', /needs <unk>/],
      ['{"type":"word","tokens":["<unk>","<eos>"],"lowercase":true}', /unknown key "lowercase"/],
      ['{"type":"character","tokens":["a"],"__proto__":{"polluted":true}}', /unknown key "__proto__"/],
      ['{"__proto__":{"type":"character","tokens":["a"]}}', /not undefined/],
    ];
    for (const [json, message] of cases) {
      const rebuild = () => tokenizerFromJSON(JSON.parse(json));
      expect(rebuild, json).toThrow(message);
      expect(rebuild, json).toThrow(expect.objectContaining({ kind: 'model' }));
    }
    expect({}).not.toHaveProperty('polluted');
  });

  it('is accepted or refused for any value', () => {
    const state = fc.oneof(
      fc.jsonValue(),
      fc.record({ type: fc.constantFrom(...types), tokens: fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue())) }),
      fc.record({ type: fc.constantFrom(...types), tokens: fc.array(fc.constantFrom('<unk>', '<eos>', 'a', '😀', ' ', 'ab')) }),
      fc.record({ ...constants(bytePairs), merges: fc.oneof(fc.jsonValue(), fc.array(fc.tuple(fc.nat(300), fc.nat(300)))) }),
      fc.record({ ...constants(bytePairs), added: fc.oneof(fc.jsonValue(), fc.array(fc.nat(300))) }),
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
