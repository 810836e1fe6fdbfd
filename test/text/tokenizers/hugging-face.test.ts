import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readHuggingFaceFile, readHuggingFaceTokenizer } from '../../../src/text/hugging-face-file.js';
import type { TextNormalization } from '../../../src/text/reading/reading-options.js';
import { bpeTokenizer } from '../../../src/text/tokenizers/bpe.js';
import { byteCharacters } from '../../../src/text/tokenizers/byte-alphabet.js';
import type { BytePairs } from '../../../src/text/tokenizers/byte-pairs/byte-pairs.js';
import { huggingFaceJson } from '../../../src/text/tokenizers/hugging-face.js';
import { trainTokenizer } from '../../../src/text/tokenizers/index.js';
import { normalizing } from '../../../src/text/tokenizers/normalizing.js';
import type { Tokenizer, TokenizerState } from '../../../src/text/tokenizers/tokenizer.js';
import { inBrackets } from '../../../src/text/unicode/character-classes.js';
import { libraryEncodings } from '../../golden/hugging-face.js';
import { anyText, mixedTexts } from './mixed-texts.js';

const folder = mkdtempSync(join(tmpdir(), 'textloom-tokenizer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'tokenizer.json');
const read = (json: string) => {
  writeFileSync(file, json);
  return readHuggingFaceTokenizer(file);
};

function jsonOf(tokenizer: Tokenizer): string {
  const state = tokenizer.toJSON();
  if (state.type !== 'bpe') throw new Error(state.type);
  return huggingFaceJson(state);
}

/** Letters and numbers to this Node that are none in our tables. */
const newLetter = new RegExp(`(?![${inBrackets('L')}${inBrackets('N')}])[\\p{L}\\p{N}]`, 'u');

/** Their library on a file of ours: the ids of a text. */
function theirs(json: string): (text: string) => number[] {
  const tokenizer = new HuggingFaceTokenizer(JSON.parse(json), {});
  return (text) => tokenizer.encode(text).ids;
}

const corpus = [...mixedTexts, ...mixedTexts, 'the fox said to the crow; the crow dropped the cheese.\n'.repeat(3)];
const trained = trainTokenizer({ type: 'bpe', vocabularySize: 500 }, corpus);

/** A file as GPT-2's is: old merges, a token beyond the others, no type of the model, ids in another order. */
function gpt2File(): string {
  const json = JSON.parse(jsonOf(trained));
  const size = trained.vocabulary.size;
  const vocab = Object.fromEntries(trained.vocabulary.tokens.map((token, id) => [token, size - 1 - id]));
  const end = { id: size, special: true, content: '<|endoftext|>', single_word: false, lstrip: false, rstrip: false };
  json.added_tokens = [
    { ...end, normalized: false },
    { ...end, id: size + 1, content: '界世', normalized: true },
  ];
  json.model.vocab = { ...vocab, '<|endoftext|>': size };
  json.model.continuing_subword_prefix = '';
  json.model.end_of_word_suffix = '';
  json.post_processor = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false };
  delete json.model.type;
  delete json.model.ignore_merges;
  delete json.pre_tokenizer.use_regex;
  return JSON.stringify(json);
}

/** Byte pairs with two added tokens, of which one begins with the other. */
function withAddedTokens(): BytePairs {
  const { tokens, merges } = trainTokenizer({ type: 'bpe', vocabularySize: 300 }, corpus).toJSON() as TokenizerState &
    BytePairs;
  return { tokens: [...tokens, '<|end|>', '<|end|>more'], merges, added: [tokens.length, tokens.length + 1] };
}

const normalizations: Record<string, TextNormalization> = {
  plain: { unicode: 'none', newlines: 'keep' },
  nfc: { unicode: 'NFC', newlines: 'keep' },
  lf: { unicode: 'none', newlines: 'lf' },
  'nfkc-lf': { unicode: 'NFKC', newlines: 'lf' },
};

describe('a tokenizer.json', () => {
  it.each(Object.entries(normalizations))(
    "of %s texts is read as Hugging Face's Rust library reads it",
    async (name, normalization) => {
      const json = huggingFaceJson(withAddedTokens(), normalization);
      // What the library has read. When it changes, run test/golden/hugging_face.py again.
      await expect(json).toMatchFileSnapshot(`../../golden/hugging-face/${name}.tokenizer.json`);
      const { texts, encodings } = libraryEncodings();
      const tokenizer = await read(json);
      const model = normalizing(bpeTokenizer(withAddedTokens()), normalization);
      for (const [i, text] of texts.entries()) {
        const ids = encodings[`${name}.tokenizer.json`]![i]!;
        expect([...model.encode(text)], JSON.stringify(text)).toEqual(ids);
        expect([...tokenizer.encode(text)], JSON.stringify(text)).toEqual(ids);
      }
    },
  );

  it('gives the normalization, in any order and either form of the replacements', async () => {
    const json = JSON.parse(jsonOf(trained));
    const replace = (pattern: object) => ({ type: 'Replace', pattern, content: '\n' });
    const sequence = (...normalizers: unknown[]) => ({ type: 'Sequence', normalizers });
    const cases: [normalizer: unknown, expected: TextNormalization][] = [
      [undefined, normalizations.plain!],
      [sequence(), normalizations.plain!],
      [{ type: 'NFC' }, normalizations.nfc!],
      [sequence({ type: 'NFC' }), normalizations.nfc!],
      [replace({ Regex: '\\r\\n?' }), normalizations.lf!],
      [sequence(replace({ String: '\r\n' }), replace({ String: '\r' })), normalizations.lf!],
      [sequence({ type: 'NFC' }, replace({ Regex: '\r\n?' }), { type: 'NFKC' }), normalizations['nfkc-lf']!],
    ];
    for (const [normalizer, expected] of cases) {
      writeFileSync(file, JSON.stringify({ ...json, normalizer }));
      expect((await readHuggingFaceFile(file)).normalization, JSON.stringify(normalizer)).toEqual(expected);
    }
  });

  it("gives the encodings of Hugging Face's JavaScript package, except for white space and letters newer than our tables", async () => {
    for (const json of [jsonOf(trained), gpt2File()]) {
      const own = await read(json);
      const their = theirs(json);
      const check = (text: string) => {
        if (!/[\u0085\ufeff]/.test(text) && !newLetter.test(text)) expect(Array.from(own.encode(text))).toEqual(their(text));
      };
      mixedTexts.forEach(check);
      fc.assert(fc.property(anyText, check));
      check('a<|endoftext|> 世界世界 <|endoftext|><|endoftext|>b');
    }
  });

  it("decodes as Hugging Face's library does", async () => {
    const json = gpt2File();
    const own = await read(json);
    const their = new HuggingFaceTokenizer(JSON.parse(json), { clean_up_tokenization_spaces: false });
    fc.assert(
      fc.property(fc.array(fc.nat({ max: own.vocabulary.size - 1 }), { minLength: 1, maxLength: 30 }), (ids) => {
        expect(own.decode(ids)).toBe(their.decode(ids));
      }),
    );
  });

  it('is read as it was written, merges as strings or as pairs', async () => {
    const json = jsonOf(trained);
    expect((await read(json)).toJSON()).toEqual(trained.toJSON());
    const pairs = JSON.parse(json);
    pairs.model.merges = pairs.model.merges.map((merge: string) => merge.split(' '));
    expect((await read(JSON.stringify(pairs))).toJSON()).toEqual(trained.toJSON());
    const foreign = await read(gpt2File());
    expect((await read(jsonOf(foreign))).toJSON()).toEqual(foreign.toJSON());
  });

  type Changes = Record<string, unknown>;
  const plain = () => ({
    added_tokens: [] as unknown,
    normalizer: null as unknown,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false } as unknown,
    decoder: { type: 'ByteLevel' } as unknown,
    model: {
      vocab: { ...Object.fromEntries(byteCharacters.map((name, id) => [name, id])), ab: 256 } as Changes,
      merges: ['a b'] as unknown,
    } as Changes,
  });

  it('is refused with the setting or the entry that cannot be read', async () => {
    const cases: [(json: ReturnType<typeof plain>) => unknown, RegExp][] = [
      [() => null, /pre_tokenizer\.type is missing; only "ByteLevel" can be read/],
      [() => [], /pre_tokenizer\.type is missing/],
      [(json) => ({ ...json, normalizer: { type: 'Lowercase' } }), /the normalizer has "Lowercase"; only NFC, NFKC and/],
      [(json) => ({ ...json, normalizer: 'NFC' }), /the normalizer has missing/],
      [
        (json) => ({ ...json, normalizer: { type: 'Replace', pattern: { String: '\r' }, content: '\n' } }),
        /the normalizer has another replacement/,
      ],
      [
        (json) => ({ ...json, normalizer: { type: 'Replace', pattern: { Regex: '\\r\\n?' }, content: ' ' } }),
        /the normalizer has another replacement/,
      ],
      [
        (json) => ({ ...json, normalizer: { type: 'NFC' }, added_tokens: [{ id: 257, content: 'e\u0301' }] }),
        /the added token .* is changed by the normalizer/,
      ],
      [(json) => ({ ...json, truncation: { max_length: 5 } }), /truncation is set/],
      [(json) => ({ ...json, pre_tokenizer: { type: 'Metaspace' } }), /pre_tokenizer\.type is "Metaspace"/],
      [(json) => ({ ...json, pre_tokenizer: { type: 'ByteLevel' } }), /add_prefix_space is missing; only false/],
      [(json) => ({ ...json, pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true } }), /add_prefix_space is true/],
      [(json) => ({ ...json, post_processor: { type: 'TemplateProcessing' } }), /post_processor\.type is "TemplateProcessing"/],
      [(json) => ({ ...json, decoder: null }), /decoder\.type is missing/],
      [(json) => ({ ...json, model: null }), /it has no model/],
      [(json) => ({ ...json, model: { ...json.model, type: 'Unigram' } }), /model\.type is "Unigram"; only "BPE"/],
      [(json) => ({ ...json, model: { ...json.model, dropout: 0.1 } }), /model\.dropout is 0\.1; only null or 0/],
      [(json) => ({ ...json, model: { ...json.model, ignore_merges: true } }), /ignore_merges is true; only null or false/],
      [(json) => ({ ...json, model: { ...json.model, end_of_word_suffix: '</w>' } }), /end_of_word_suffix is "<\/w>"/],
      [(json) => ({ ...json, model: { merges: [] } }), /model\.vocab is not a map/],
      [(json) => ({ ...json, model: { ...json.model, merges: {} } }), /model\.merges is not a list/],
      [(json) => ({ ...json, model: { ...json.model, merges: ['a'] } }), /model\.merges 0 is not a pair/],
      [(json) => ({ ...json, model: { ...json.model, merges: [['a', 'b', 'c']] } }), /model\.merges 0 is not a pair/],
      [(json) => ({ ...json, model: { ...json.model, merges: ['a zz'] } }), /model\.merges 0 has an unknown token/],
      [(json) => ({ ...json, model: { ...json.model, merges: [['a', 7]] } }), /model\.merges 0 has an unknown token/],
      [(json) => ({ ...json, model: { ...json.model, merges: ['a c'] } }), /merge 0 makes a token that is not in/],
      [(json) => ({ ...json, model: { ...json.model, merges: ['a b', 'a b'] } }), /merge 1 stands there twice/],
      [
        (json) => ({ ...json, model: { ...json.model, vocab: { ...(json.model.vocab as Changes), x: 257 } } }),
        /the id of "x" is not one of 0 to 256/,
      ],
      [
        (json) => ({ ...json, model: { ...json.model, vocab: { ...(json.model.vocab as Changes), ab: 'x' } } }),
        /the id of "ab" is not one of/,
      ],
      [
        (json) => ({ ...json, model: { ...json.model, vocab: { ...(json.model.vocab as Changes), ab: 7 } } }),
        /have the id 7 both/,
      ],
      [
        (json) => ({ ...json, model: { ...json.model, vocab: { ...(json.model.vocab as Changes), '→': 257 } } }),
        /token 257 is not made of bytes/,
      ],
      [
        (json) => ({ ...json, model: { ...json.model, vocab: { ...(json.model.vocab as Changes), '': 257 } } }),
        /token 257 is not made of bytes/,
      ],
      [(json) => ({ ...json, model: { vocab: { a: 0, b: 1, ab: 2 }, merges: [] } }), /no token for the byte 0/],
      [(json) => ({ ...json, added_tokens: {} }), /added_tokens is not a list/],
      [(json) => ({ ...json, added_tokens: [{ id: 257 }] }), /added_tokens 0 has no content/],
      [(json) => ({ ...json, added_tokens: [{ id: 257, content: '<s>', lstrip: true }] }), /"<s>"\) has single_word, lstrip/],
      [(json) => ({ ...json, added_tokens: [{ id: 300, content: '<s>' }] }), /the id of "<s>" is not one of 0 to 257/],
      [(json) => ({ ...json, added_tokens: [{ content: '<s>' }] }), /the id of "<s>" is not one of/],
      [(json) => ({ ...json, added_tokens: [{ id: 3, content: 'ab' }] }), /"ab"\) has another id/],
      [(json) => ({ ...json, added_tokens: [{ id: 256, content: 'ab' }] }), /merge 0 makes a token that is not in/],
      [(json) => ({ ...json, added_tokens: [{ id: 97, content: 'a' }] }), /no token for the byte 97/],
      [(json) => ({ ...json, added_tokens: [{ id: 257, content: '\ud800' }] }), /token 257 is not made of bytes/],
    ];
    for (const [change, message] of cases) {
      const json = JSON.stringify(change(plain()));
      await expect(read(json), json.slice(0, 100)).rejects.toThrow(message);
      await expect(read(json)).rejects.toThrow(expect.objectContaining({ kind: 'data' }));
    }
    expect((await read(JSON.stringify(plain()))).encode('abc')).toEqual(Int32Array.of(256, 99));
  });

  it('is refused when it is not JSON, repeats a key, or is missing', async () => {
    for (const [text, message] of [
      ['{', /tokenizer\.json: not a tokenizer\.json that can be used: it is not valid JSON/],
      ['{"model":{"vocab":{"a":0,"a":1}}}', /it has the key "a" twice/],
      ['{"__proto__":{}}', /it has the key __proto__/],
      ['[['.repeat(100), /nested more than 100 levels/],
      ['', /the file is empty/],
    ] as const) {
      await expect(read(text)).rejects.toThrow(message);
    }
    await expect(readHuggingFaceTokenizer(join(folder, 'none.json'))).rejects.toThrow(
      /none\.json: cannot be read: no such file/,
    );
  });

  it('is accepted or refused for any parts', async () => {
    const part = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(['a b'], [['a', 'b']], { ab: 256 }, [{ id: 256, content: 'ab' }]),
    );
    await fc.assert(
      fc.asyncProperty(part, part, part, async (vocab, merges, added_tokens) => {
        const json = plain();
        const map = typeof vocab === 'object' && vocab !== null ? { ...(json.model.vocab as Changes), ...vocab } : vocab;
        const outcome = await read(JSON.stringify({ ...json, added_tokens, model: { vocab: map, merges } })).catch(
          (error) => error,
        );
        expect(outcome).toSatisfy((found: { kind?: string; type?: string }) => found.kind === 'data' || found.type === 'bpe');
      }),
      { numRuns: 200 },
    );
  });
});
