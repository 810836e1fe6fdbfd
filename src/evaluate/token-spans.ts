import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

/** Positions of tokens in their text: token i is `text.slice(starts[i], ends[i])`, in UTF-16 units. */
export interface TokenSpans {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/**
 * Finds tokens in the text that they were encoded from. Spans are in order and do not overlap; between them is white space that a word
 * tokenizer ignores. Two kinds of tokens have empty spans: one that ends within a character (a byte of several), whose character belongs to
 * the token that completes it, and the end of a document, unless a text stands for it (`documentEndText`).
 *
 * @param tokens the first tokens of `text`: all of them, or fewer
 */
export function locateTokens(tokenizer: Tokenizer, tokens: Int32Array, text: string): TokenSpans {
  const spans = { starts: new Int32Array(tokens.length), ends: new Int32Array(tokens.length) };
  if (tokenizer.locate) locateVisited(tokenizer, tokens, text, spans);
  else locateSpelled(tokenizer, tokens, text, spans);
  return spans;
}

/** Tokens of characters, bytes and byte pairs together spell out the text. */
function locateSpelled(tokenizer: Tokenizer, tokens: Int32Array, text: string, { starts, ends }: TokenSpans): void {
  const { documentEndId, documentEndText, vocabulary, type } = tokenizer;
  const documentEnd = documentEndId === undefined ? '' : vocabulary.tokenOf(documentEndId);
  const decoder = tokenizer.createDecoder();
  for (let i = 0, at = 0; i < tokens.length; i++) {
    starts[i] = at;
    const endsDocument = tokens[i] === documentEndId && !(type === 'bpe' && text.startsWith(documentEnd, at));
    // Each token of a character model is one character, also one that is not in the vocabulary.
    if (!endsDocument) at += type === 'character' ? (text.codePointAt(at)! > 0xffff ? 2 : 1) : decoder.push(tokens[i]!).length;
    else if (documentEndText !== undefined && text.startsWith(documentEndText, at)) at += documentEndText.length;
    ends[i] = at = Math.min(at, text.length);
  }
}

/** For a tokenizer that reports the positions of its tokens; tokens that end documents come between them. */
function locateVisited(tokenizer: Tokenizer, tokens: Int32Array, text: string, { starts, ends }: TokenSpans): void {
  const ids = tokenizer.encode(text);
  let [next, seen, at] = [0, 0, 0];
  const put = (start: number, end: number) => {
    if (next < tokens.length) [starts[next], ends[next]] = [start, end];
    next++;
  };
  tokenizer.locate!(text, (start, end) => {
    const id = ids[seen++];
    while (next < tokens.length && tokens[next] !== id && tokens[next] === tokenizer.documentEndId) put(at, at);
    put(start, end);
    at = end;
  });
  while (next < tokens.length) put(text.length, text.length);
}
