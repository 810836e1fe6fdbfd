import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/foundation/strict-json.js';
import { type ModelDescription, modelDescription } from '../../src/model/model-description.js';
import { endToken, firstToken, textOptions, tokensToRead } from '../../src/sample/special-tokens.js';
import { type TokenizerOptions, trainTokenizer } from '../../src/text/tokenizers/index.js';
import { userErrorOf } from '../foundation/thrown.js';

const tokenizerOf = (options: TokenizerOptions, text = 'so é\nso') => trainTokenizer(options, text);

function modelOf(corpus: JsonValue, options: TokenizerOptions = { type: 'character', documentEnd: true }): ModelDescription {
  const config = { model: { layers: [{ type: 'rnn', size: 2 }] }, corpus };
  return modelDescription('m', { config, tokenizer: tokenizerOf(options).toJSON() as unknown as JsonValue });
}

const independent = modelOf({ documents: 'lines', sequences: 'documents' });
const stream = modelOf({ documents: 'lines' });
const END = independent.tokenizer.documentEndId!;

describe('the first token of a text without a prompt', () => {
  it.each<[string, TokenizerOptions, string, string]>([
    ['the end of a document', { type: 'character', documentEnd: true }, 'a\nb', '<eos>'],
    ['a line end, if there are no documents', { type: 'character' }, 'a\nb', '\n'],
    ['the most frequent token, if there is neither', { type: 'character' }, 'abb', 'b'],
    ['the end of a document, not of a line', { type: 'byte', documentEnd: true }, 'a', '<eos>'],
  ])('is %s', (_, options, text, token) => {
    const tokenizer = tokenizerOf(options, text);
    expect(tokenizer.vocabulary.tokenOf(firstToken(tokenizer))).toBe(token);
  });
});

describe('the tokens that a model reads for a prompt', () => {
  const ids = stream.tokenizer.encode('so');

  it('are those of the prompt, after the end of a document if documents are independent', () => {
    expect([...tokensToRead(stream, ids)]).toEqual([...ids]);
    expect([...tokensToRead(independent, ids)]).toEqual([END, ...ids]);
  });

  it('are one token if the prompt is empty', () => {
    for (const model of [stream, independent]) expect([...tokensToRead(model, new Int32Array(0))]).toEqual([END]);
  });
});

describe('a text of a model of independent documents', () => {
  const constraint = { start: 0, allowed: () => new Int32Array(0), next: () => 0, accepts: () => true };

  it('ends where a document does', () => {
    expect(textOptions(independent, { maximumTokens: 3 } as object)).toEqual({ maximumTokens: 3, endToken: END });
  });

  it.each([{ endToken: 2 }, { endToken: 0 }, { constraint }])('ends otherwise if the options say so: %o', (options) => {
    expect(textOptions(independent, options)).toBe(options);
  });

  it('is the only one that ends by itself', () => {
    const options = {};
    expect(textOptions(stream, options)).toBe(options);
  });
});

describe('the token that ends a text', () => {
  it('is the one between documents', () => {
    expect(endToken(independent.tokenizer)).toBe(END);
    const words = tokenizerOf({ type: 'word' });
    expect(words.vocabulary.tokenOf(endToken(words))).toBe('<eos>');
  });

  it('is missing in a vocabulary without documents, which says what to do', () => {
    const error = userErrorOf(() => endToken(tokenizerOf({ type: 'byte' })));
    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(/of type byte.*no token that ends a text.*stop string.*corpus with documents/);
  });
});
