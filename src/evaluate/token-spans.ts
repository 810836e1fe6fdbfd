import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { isWhiteSpace } from '../text/tokenizers/word.js';

/** Where tokens stand in their text: token i is `text.slice(starts[i], ends[i])`, in UTF-16 units. */
export interface TokenSpans {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/**
 * Finds tokens in the text that they were encoded from. Spans are in order and do not overlap; what lies between them is white
 * space that a word tokenizer passes over. The span of a token that ends within a character (a byte of several) is empty, and the
 * character belongs to the token that completes it.
 *
 * @param tokens those that `text` begins with: all of `tokenizer.encode(text)`, or fewer.
 */
export function locateTokens(tokenizer: Tokenizer, tokens: Int32Array, text: string): TokenSpans {
  const spans = { starts: new Int32Array(tokens.length), ends: new Int32Array(tokens.length) };
  if (tokenizer.type === 'word') locateWords(tokenizer, tokens, text, spans);
  else if (tokenizer.type === 'character') locateCharacters(text, spans);
  else locateBytes(tokenizer, tokens, text, spans);
  return spans;
}

/** A token a character, whether it is in the vocabulary or not. */
function locateCharacters(text: string, { starts, ends }: TokenSpans): void {
  for (let i = 0, at = 0; i < starts.length; i++) {
    starts[i] = at;
    at += text.codePointAt(at)! > 0xffff ? 2 : 1;
    ends[i] = at;
  }
}

/** Tokens of bytes and byte pairs spell the text out. */
function locateBytes({ createDecoder }: Tokenizer, tokens: Int32Array, text: string, { starts, ends }: TokenSpans): void {
  const decoder = createDecoder();
  for (let i = 0, at = 0; i < tokens.length; i++) {
    starts[i] = at;
    at = Math.min(text.length, at + decoder.push(tokens[i]!).length);
    ends[i] = at;
  }
}

/** Words are looked for between blanks: what a run of other characters is made of is asked of the tokenizer. */
function locateWords(tokenizer: Tokenizer, tokens: Int32Array, text: string, { starts, ends }: TokenSpans): void {
  let next = 0;
  for (let at = 0; at < text.length && next < tokens.length; ) {
    let end = at;
    while (end < text.length && !isWhiteSpace(text.charCodeAt(end))) end++;
    if (end === at) {
      end++;
      if (text[at] === '\n') [starts[next], ends[next++]] = [at, end];
    } else {
      const ids = tokenizer.encode(text.slice(at, end));
      const pieces = cutRun(tokenizer, ids, text.slice(at, end));
      for (let i = 0; i < ids.length && next < tokens.length; i++, next++) {
        starts[next] = at + pieces[i]!;
        ends[next] = at + pieces[i + 1]!;
      }
    }
    at = end;
  }
}

/** Where the tokens of a run begin, and its end: known ones where they are found, unknown ones in what is left between. */
function cutRun({ vocabulary }: Tokenizer, ids: Int32Array, run: string): number[] {
  const cuts = [0];
  const folded = run.toLowerCase();
  for (let i = 0, at = 0; i < ids.length - 1; i++) {
    const length = ids[i] === vocabulary.unknownId ? undefined : vocabulary.tokenOf(ids[i]!).length;
    const following =
      ids[i + 1] === vocabulary.unknownId ? -1 : folded.indexOf(vocabulary.tokenOf(ids[i + 1]!).toLowerCase(), at + 1);
    at = Math.min(run.length, length !== undefined ? at + length : following > at ? following : at + 1);
    cuts.push(at);
  }
  return [...cuts, run.length];
}
