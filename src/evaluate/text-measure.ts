import { countCodePoints } from '../text/code-points.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { locateTokens } from './token-spans.js';

/** The size of the predicted text. */
export interface TextMeasure {
  /** Characters (code points) of the text after its first token, or before its last one, including white space and line ends. */
  readonly characters: number;
  /** The same in bytes of UTF-8. */
  readonly bytes: number;
}

/** UTF-16 units in which the unpredicted token is searched. */
const BEGINNING = 65_536;

/**
 * Measures a text that comes in pieces that do not split characters.
 *
 * @param given the token that is not predicted: the first one of the text, or the last one where the model reads backward
 */
export async function measureText(
  tokenizer: Tokenizer,
  given: { readonly first: number } | { readonly last: number },
  pieces: AsyncIterable<string> | Iterable<string>,
): Promise<TextMeasure> {
  return 'first' in given ? measureAfter(tokenizer, given.first, pieces) : measureBefore(tokenizer, given.last, pieces);
}

/** Measures the text before its last token. */
async function measureBefore(
  tokenizer: Tokenizer,
  last: number,
  pieces: AsyncIterable<string> | Iterable<string>,
): Promise<TextMeasure> {
  const { documentEndId, documentEndText = '', type } = tokenizer;
  let [characters, bytes] = [0, 0];
  let end = '';
  for await (const piece of pieces) {
    characters += countCodePoints(piece);
    bytes += Buffer.byteLength(piece);
    end = piece.length < BEGINNING ? (end + piece).slice(-BEGINNING) : piece;
  }
  const isEnd = last === documentEndId && type !== 'word';
  const cut = isEnd ? end.length - documentEndText.length : lastTokenStart(tokenizer, end);
  characters -= countCodePoints(end, cut);
  if (type !== 'byte' || isEnd) bytes -= Buffer.byteLength(end.slice(cut));
  else bytes--;
  return { characters, bytes };
}

function lastTokenStart(tokenizer: Tokenizer, text: string): number {
  const tokens = tokenizer.encode(text);
  return locateTokens(tokenizer, tokens, text).starts.at(-1) ?? 0;
}

/** Measures the text after its first token. */
async function measureAfter(
  tokenizer: Tokenizer,
  first: number,
  pieces: AsyncIterable<string> | Iterable<string>,
): Promise<TextMeasure> {
  let [characters, bytes] = [0, 0];
  let beginning: string | undefined = '';
  const subtractFirst = (text: string) => {
    const end = locateTokens(tokenizer, Int32Array.of(first), text).ends[0]!;
    characters -= countCodePoints(text, 0, end);
    // A byte may be a part of a character, which a later byte completes; the end of a document has no bytes.
    if (tokenizer.type !== 'byte') bytes -= Buffer.byteLength(text.slice(0, end));
    else if (first !== tokenizer.documentEndId) bytes--;
  };
  for await (const piece of pieces) {
    characters += countCodePoints(piece);
    bytes += Buffer.byteLength(piece);
    if (beginning === undefined) continue;
    beginning += piece;
    if (beginning.length < BEGINNING || tokenizer.cut(beginning) === 0) continue;
    subtractFirst(beginning);
    beginning = undefined;
  }
  if (beginning !== undefined) subtractFirst(beginning);
  return { characters, bytes };
}

/**
 * Bits per character and per byte, which make models with different tokenizers comparable. They do not include the cost of spelling words
 * that are `<unk>`. Empty when no text follows the first token.
 */
export function bitsOf({ characters, bytes }: TextMeasure, nats: number): { bitsPerCharacter?: number; bitsPerByte?: number } {
  if (characters === 0 || bytes === 0) return {};
  return { bitsPerCharacter: nats / characters / Math.LN2, bitsPerByte: nats / bytes / Math.LN2 };
}
