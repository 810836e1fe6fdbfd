import { choiceOption, optional, type ValuesOf } from '../../foundation/options.js';
import type { TokenDecoder } from './tokenizer.js';
import type { Vocabulary } from './vocabulary.js';
import { attachedPieces, endsUnspaced, JOINER, separatePieces, startsUnspaced } from './word-pieces.js';

/** How words are found and joined again. A state contains these keys only for values other than the defaults. */
export const wordOptions = {
  case: optional(choiceOption(['keep', 'lower'], 'keep', 'lower: all words in lower case.'), 'keep'),
  punctuation: optional(
    choiceOption(
      ['attached', 'separate'],
      'attached',
      'separate: punctuation marks, numbers, emoji and the characters of scripts without blanks are tokens of their own; a token that ' +
        'follows another one without a blank is marked, so that decoding restores the spacing. attached: a word is everything between blanks.',
    ),
    'attached',
  ),
  spaces: optional(
    choiceOption(
      ['single', 'exact'],
      'single',
      'exact: each white-space character is a token, except a single blank between words, so that decoding restores the text exactly. ' +
        'single: white space counts as one blank.',
    ),
    'single',
  ),
};

export type WordOptions = Partial<ValuesOf<typeof wordOptions>>;

/** Called with each token and its position in the text; a line end is the token '\n'. */
type OnToken = (token: string, start: number, end: number) => void;

/**
 * Visits the tokens of a text, line by line. Within a line:
 *
 *  - A word that follows another after one space is itself. One that follows without a space, such as a comma, begins with {@link JOINER},
 *    except between characters of scripts that are written without spaces, where no space is expected.
 *  - With exact spaces, every other character between words is a token, so that the text between two words is known exactly.
 */
export function visitWords(text: string, options: WordOptions, onToken: OnToken): void {
  for (let start = 0; start < text.length; ) {
    const lineEnd = text.indexOf('\n', start);
    const end = lineEnd < 0 ? text.length : lineEnd;
    visitLine(text, start, end, options, onToken);
    if (lineEnd >= 0) onToken('\n', lineEnd, lineEnd + 1);
    start = end + 1;
  }
}

function visitLine(text: string, lineStart: number, lineEnd: number, options: WordOptions, onToken: OnToken): void {
  const { punctuation, spaces, case: letterCase } = options;
  const line = text.slice(lineStart, lineEnd);
  const blanks = (from: number, to: number) => {
    for (let i = lineStart + from; spaces === 'exact' && i < lineStart + to; i++) onToken(text[i]!, i, i + 1);
  };
  let before = 0;
  let isFirst = true;
  let beforeUnspaced = false;
  for (const { 0: word, index } of line.matchAll(punctuation === 'separate' ? separatePieces : attachedPieces)) {
    const unspaced = punctuation === 'separate' && beforeUnspaced && startsUnspaced(word);
    const joined = !isFirst && index === before && !unspaced && word !== '<unk>' && word !== '<eos>';
    if (isFirst || unspaced || line.slice(before, index) !== ' ') blanks(before, index);
    const cased = letterCase === 'lower' ? word.toLowerCase() : word;
    before = index + word.length;
    onToken(joined ? JOINER + cased : cased, lineStart + index, lineStart + before);
    beforeUnspaced = punctuation === 'separate' && endsUnspaced(word);
    isFirst = false;
  }
  blanks(before, line.length);
}

/** The properties of a token that determine the space before and after it. */
const [JOINED, BLANK, STARTS_UNSPACED, ENDS_UNSPACED] = [1, 2, 4, 8];

function traitsOf(token: string, { punctuation, spaces }: WordOptions): number {
  if (spaces === 'exact' && /^\p{White_Space}$/u.test(token)) return BLANK;
  if (punctuation !== 'separate') return 0;
  const joined = token.length > JOINER.length && token.startsWith(JOINER);
  const word = joined ? token.slice(JOINER.length) : token;
  return (joined ? JOINED : 0) | (startsUnspaced(word) ? STARTS_UNSPACED : 0) | (endsUnspaced(word) ? ENDS_UNSPACED : 0);
}

/** Creates decoders that invert {@link visitWords}. The properties of tokens are computed once. */
export function wordDecoders(vocabulary: Vocabulary, options: WordOptions, lineEndId: number): () => TokenDecoder {
  let traits: Uint8Array | undefined;
  return () => {
    traits ??= Uint8Array.from(vocabulary.tokens, (token) => traitsOf(token, options));
    const of = traits;
    /** Properties of the previous token; undefined where no space is expected: at the beginning of a line and after white space. */
    let before: number | undefined;
    return {
      push(id) {
        const token = vocabulary.tokenOf(id);
        if (id === lineEndId) {
          before = undefined;
          return '\n';
        }
        const own = of[id]!;
        const last = before;
        before = own & BLANK ? undefined : own;
        if (own & BLANK) return token;
        if (own & JOINED) return token.slice(JOINER.length);
        const expected = last !== undefined && !(last & ENDS_UNSPACED && own & STARTS_UNSPACED);
        return expected ? ` ${token}` : token;
      },
      end: () => '',
    };
  };
}
