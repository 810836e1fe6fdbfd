import { countCodePoints } from '../text/code-points.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { type Perplexity, perplexityFrom } from './perplexity.js';
import { locateTokens } from './token-spans.js';

/** How much text the predicted tokens are, and what a token less or more says about it. */
export interface TextMeasure {
  /** Characters (code points) of the text after its first token: all that was predicted, white space and line ends included. */
  readonly characters: number;
  /** The same in bytes of UTF-8. */
  readonly bytes: number;
  /** nats / characters / ln 2; undefined when no text is left. Where words are `<unk>`, what it would take to spell them is not in it. */
  readonly bitsPerCharacter?: number;
  readonly bitsPerByte?: number;
}

/** Bits by characters and bytes make models of different tokenizers comparable. */
export function measureText(tokenizer: Tokenizer, tokens: Int32Array, text: string, nats: number): TextMeasure {
  const start = locateTokens(tokenizer, tokens.subarray(0, 1), text).ends[0]!;
  const characters = countCodePoints(text, start);
  // The ends of documents are tokens and no bytes.
  const isByte = (id: number) => id !== tokenizer.documentEndId;
  const bytes = tokenizer.type === 'byte' ? tokens.subarray(1).filter(isByte).length : Buffer.byteLength(text.slice(start));
  if (characters === 0 || bytes === 0) return { characters, bytes };
  return { characters, bytes, bitsPerCharacter: nats / characters / Math.LN2, bitsPerByte: nats / bytes / Math.LN2 };
}

/** What is predicted of the tokens that are in the vocabulary, and how many are not. */
export interface UnknownTokens {
  /** Predicted tokens that are `<unk>`. */
  readonly count: number;
  /** Of the other tokens: the unknown ones are read, but not counted. Undefined when all are unknown. */
  readonly known?: Perplexity;
}

/** `<unk>` is easier to predict than the words it hides, so that a perplexity with it flatters. Undefined when the vocabulary has none. */
export function unknownTokens({ vocabulary }: Tokenizer, tokens: Int32Array, losses: Float32Array): UnknownTokens | undefined {
  const { unknownId } = vocabulary;
  if (unknownId === undefined) return undefined;
  let nats = 0;
  let count = 0;
  for (let i = 0; i < losses.length; i++) {
    if (tokens[i + 1] === unknownId) count++;
    else nats += losses[i]!;
  }
  return { count, ...(count < losses.length && { known: perplexityFrom(nats, losses.length - count) }) };
}
