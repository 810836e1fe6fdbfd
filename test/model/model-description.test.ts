import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/foundation/strict-json.js';
import { hasIndependentDocuments, modelDescription } from '../../src/model/model-description.js';
import { type TokenizerOptions, trainTokenizer } from '../../src/text/tokenizers/index.js';
import { userErrorOf } from '../foundation/thrown.js';

const model = { embedding: { size: 4 }, layers: [{ type: 'rnn', size: 4 }] };
const stateOf = (options: TokenizerOptions = { type: 'character' }) =>
  trainTokenizer(options, '\né a').toJSON() as unknown as JsonValue;
const character = stateOf();

/** The description of a model with this corpus in its config. */
const withCorpus = (corpus: JsonValue | undefined, tokenizer = character) =>
  modelDescription('m', { config: { model, ...(corpus !== undefined && { corpus }) }, tokenizer });

describe('the description of a model file', () => {
  it('has the options of the model, its config, and how it was trained', () => {
    const config = { model, name: 'tiny' };
    const training = { step: 3 };
    const found = modelDescription('folder/m', { config, tokenizer: character, training });
    expect(found).toMatchObject({ path: 'folder/m', config, training });
    expect(found.options.vocabularySize).toBe(4);
    expect(found.options.layers).toEqual([expect.objectContaining({ type: 'rnn', size: 4 })]);
    expect(found.tokenizer.toJSON()).toEqual(character);
  });

  it.each<[JsonValue | undefined]>([[undefined], [[]], ['step 3'], [null]])(
    'has no training where the file has %j',
    (training) => {
      const documents = { config: { model }, tokenizer: character };
      expect(modelDescription('m', { ...documents, ...(training !== undefined && { training }) }).training).toEqual({});
    },
  );

  it.each<[string, JsonValue, JsonValue, RegExp]>([
    ['no config', null, character, /^m: its config is not a map$/],
    ['no model', {}, character, /^m: model is missing/],
    [
      'an invalid tokenizer',
      { model },
      { type: 'character', tokens: ['ab'] },
      /^m: the tokenizer in the model file is invalid/,
    ],
    [
      'a head that its vocabulary is too small for',
      { model: { ...model, head: { type: 'adaptive-softmax', cutoffs: [2, 3] } } },
      stateOf({ type: 'character', maximumSize: 3 }),
      /^m: .*cutoffs/,
    ],
    ...['NFD', 7, { unicode: 'nfc' }, { newlines: 'crlf' }, { unicode: 'NFC', newlines: true }].map(
      (normalization): [string, JsonValue, JsonValue, RegExp] => [
        `the normalization ${JSON.stringify(normalization)}`,
        { model, corpus: { normalization } },
        character,
        /^m: the corpus\.normalization in its config is not known to this version$/,
      ],
    ),
  ])('is refused with %s', (_, config, tokenizer, message) => {
    const error = userErrorOf(() => modelDescription('m', { config, tokenizer }));
    expect(error.kind).toBe('model');
    expect(error.message).toMatch(message);
  });
});

describe('the tokenizer of a model file', () => {
  const decomposed = 'e\u0301\r\n';
  it.each<[JsonValue | undefined, string]>([
    [undefined, decomposed],
    ['corpus.txt', decomposed],
    [{}, decomposed],
    [{ normalization: {} }, decomposed],
    [{ normalization: { unicode: 'none', newlines: 'keep' } }, decomposed],
    [{ normalization: { unicode: 'NFC' } }, '\u00e9\r\n'],
    [{ normalization: 'NFC' }, '\u00e9\r\n'],
    [{ normalization: { newlines: 'lf' } }, 'e\u0301\n'],
    [{ normalization: { unicode: 'NFKC', newlines: 'lf' } }, '\u00e9\n'],
  ])('normalizes texts as the corpus was: %j', (corpus, text) => {
    const { tokenizer } = withCorpus(corpus, stateOf({ type: 'byte' }));
    expect([...tokenizer.encode(decomposed)]).toEqual([...Buffer.from(text)]);
    expect(tokenizer.normalize === undefined).toBe(text === decomposed);
  });

  it.each<[TokenizerOptions['type'], JsonValue | undefined, boolean]>([
    ['bpe', undefined, false],
    ['bpe', {}, false],
    ['bpe', { documents: 'none' }, false],
    ['bpe', { documents: 'lines' }, true],
    ['bpe', { documents: { marker: '---' } }, true],
    ['byte', undefined, true],
    ['word', { documents: 'none' }, true],
  ])('of the type %s and with the corpus %j has an end of documents: %j', (type, corpus, has) => {
    const options: TokenizerOptions = type === 'bpe' ? { type, vocabularySize: 257 } : { type };
    const { tokenizer } = withCorpus(corpus, stateOf({ ...options, documentEnd: true }));
    expect(tokenizer.documentEndId !== undefined).toBe(has);
  });
});

describe('documents are independent', () => {
  const documents = { documents: 'lines', sequences: 'documents' };
  it.each<[JsonValue | undefined, boolean, boolean]>([
    [documents, true, true],
    [documents, false, false],
    [{ documents: 'lines', sequences: 'stream' }, true, false],
    [{ documents: 'lines' }, true, false],
    [undefined, true, false],
    ['documents', true, false],
  ])('where the corpus is %j and the vocabulary has their end (%j): %j', (corpus, documentEnd, independent) => {
    const description = withCorpus(corpus, stateOf({ type: 'character', documentEnd }));
    expect(hasIndependentDocuments(description)).toBe(independent);
  });
});
