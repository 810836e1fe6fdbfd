import { UserError } from '../../foundation/errors.js';
import {
  bytesOfTexts,
  type CutText,
  decodeAll,
  type TokenDecoder,
  type Tokenizer,
  type TokenizerTrainer,
} from './tokenizer.js';
import { checkedSetting, checkedTokens, declareTokenizer, invalidState } from './tokenizer-declaration.js';
import {
  buildVocabulary,
  countToken,
  createVocabulary,
  MAXIMUM_TOKENS,
  UNKNOWN,
  type Vocabulary,
  type VocabularyLimits,
  vocabularyOptions,
} from './vocabulary.js';
import { visitWords, type WordOptions, wordDecoders, wordOptions } from './word-spacing.js';

/** The token for the end of a line. */
export const END_OF_LINE = '<eos>';

/** The first tokens of every trained word vocabulary. */
const specials = [UNKNOWN, END_OF_LINE];

/**
 * One token for each word: a run of characters that are not white space (Unicode's White_Space), as in the Penn Treebank and WikiText
 * files. Every line end ('\n' or '\r\n', also of blank lines) is the token `<eos>`; a last line without a line end has none, so that a
 * prompt can be continued. Words that are not in the vocabulary are `<unk>`. Where a corpus itself contains the text `<unk>` or `<eos>`, as
 * the Penn Treebank does, that is the same token.
 *
 * Decoding writes one space between the words of a line and a '\n' for `<eos>`: text with this spacing and known words is reproduced
 * exactly. With `spaces: exact` every text with known tokens is reproduced exactly, unless it contains `<unk>` or `<eos>` or is converted
 * to lower case. With `punctuation: separate` alone, white space is normalized: one space where there was some, none where there was none
 * and between characters of scripts without spaces.
 *
 * @param tokens words, including `<unk>` and `<eos>`
 */
export function wordTokenizer(tokens: readonly string[], options: WordOptions = {}): Tokenizer {
  return fromVocabulary(createVocabulary(tokens), options);
}

/**
 * Trains the word tokenizer of a training text. Pieces must not split words, and the vocabulary always has `<unk>` and `<eos>`.
 *
 * `finish` throws UserErrors as {@link buildVocabulary} does.
 */
function wordTrainer(options: VocabularyLimits & WordOptions): TokenizerTrainer {
  const counts = new Map<string, number>();
  const count = (token: string) => {
    countToken(counts, token);
    if (counts.size > MAXIMUM_TOKENS) {
      throw new UserError(
        'data',
        `the training text has more than ${MAXIMUM_TOKENS} different words; use tokenizer.type: character`,
      );
    }
  };
  return {
    cut: cutOf(options),
    add(piece) {
      if (isPlain(options)) scan(piece, (start, end) => count(piece.slice(start, end)));
      else visitWords(piece, options, (token) => token !== '\n' && count(token));
    },
    finish: () => fromVocabulary(buildVocabulary(counts, specials, options, 'word'), options),
  };
}

/** Whether a text contains the name of the token for a line end, as a separate word. */
export const spellsLineEnd = (text: string) => text.includes(END_OF_LINE) && /(?<!\S)<eos>(?!\S)/.test(text);

/** Whether words are the runs between white space, without further options. */
function isPlain({ case: letterCase, punctuation, spaces }: WordOptions): boolean {
  return letterCase !== 'lower' && punctuation !== 'separate' && spaces !== 'exact';
}

const cutOf = ({ spaces }: WordOptions): CutText => (spaces === 'exact' ? cutLines : cutAfterLine);

function fromVocabulary(vocabulary: Vocabulary, options: WordOptions): Tokenizer {
  const unknown = vocabulary.unknownId;
  const endOfLine = vocabulary.idOf(END_OF_LINE);
  if (unknown === undefined || endOfLine === undefined) throw new Error(`a word vocabulary needs ${specials.join(' and ')}`);

  const encodePlain = (text: string): Int32Array => {
    let length = 0;
    const count = () => {
      length++;
    };
    scan(text, count, count);
    const encoded = new Int32Array(length);
    let next = 0;
    scan(
      text,
      (start, end) => {
        encoded[next++] = vocabulary.idOf(text.slice(start, end)) ?? unknown;
      },
      () => {
        encoded[next++] = endOfLine;
      },
    );
    return encoded;
  };

  const encodeWith = (text: string): Int32Array => {
    const ids: number[] = [];
    visitWords(text, options, (token) => ids.push(token === '\n' ? endOfLine : (vocabulary.idOf(token) ?? unknown)));
    return Int32Array.from(ids);
  };

  function createPlainDecoder(): TokenDecoder {
    let lineStart = true;
    return {
      push(id) {
        const space = lineStart ? '' : ' ';
        lineStart = id === endOfLine;
        return lineStart ? '\n' : space + vocabulary.tokenOf(id);
      },
      end: () => '',
    };
  }

  const plain = isPlain(options);
  const createDecoder = plain ? createPlainDecoder : wordDecoders(vocabulary, options, endOfLine);
  const decode = (ids: ArrayLike<number>) => decodeAll(createDecoder(), ids);
  return {
    type: 'word',
    vocabulary,
    lineEndId: endOfLine,
    documentEndId: endOfLine,
    encode: plain ? encodePlain : encodeWith,
    cut: cutOf(options),
    locate(text, onSpan) {
      if (plain) scan(text, onSpan, (at) => onSpan(at, at + 1));
      else visitWords(text, options, (_, start, end) => onSpan(start, end));
    },
    decode,
    createDecoder,
    tokenBytes: () => bytesOfTexts(vocabulary, decode),
    blanks: plain ? 'single' : 'varied',
    toJSON: () => ({
      type: 'word',
      tokens: vocabulary.tokens,
      ...(options.case === 'lower' && { case: 'lower' }),
      ...(options.punctuation === 'separate' && { punctuation: 'separate' }),
      ...(options.spaces === 'exact' && { spaces: 'exact' }),
    }),
  };
}

/** After the last line end; in one long line, before the white space after the last complete word. */
const cutAfterLine: CutText = (text) => {
  const lineEnd = text.lastIndexOf('\n');
  if (lineEnd >= 0) return lineEnd + 1;
  let i = text.length - 1;
  while (i > 0 && !(isWhiteSpace(text.charCodeAt(i)) && !isWhiteSpace(text.charCodeAt(i - 1)))) i--;
  return Math.max(0, i);
};

/** The longest line, in UTF-16 units, with exact spaces: the meaning of its last space depends on where it ends. */
const LONGEST_LINE = 1 << 24;

/** After the last line end. @throws UserError 'data' for a line that is too long */
const cutLines: CutText = (text) => {
  const lineEnd = text.lastIndexOf('\n');
  if (lineEnd >= 0 || text.length <= LONGEST_LINE) return lineEnd + 1;
  throw new UserError(
    'data',
    `a line has more than ${LONGEST_LINE} characters, too many for tokenizer.spaces: exact; leave that out, or use tokenizer.type: character`,
  );
};

/** Visits the words (start and end in `text`) and the line ends in order. */
function scan(text: string, word: (start: number, end: number) => void, lineEnd?: (at: number) => void): void {
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (!isWhiteSpace(unit)) continue;
    if (i > start) word(start, i);
    if (unit === 0x0a) lineEnd?.(i);
    start = i + 1;
  }
  if (text.length > start) word(start, text.length);
}

/**
 * Unicode's White_Space property, whose characters are all one UTF-16 unit. JavaScript's \s differs: it includes U+FEFF, which occurs as a
 * word in WikiText-2.
 */
function isWhiteSpace(unit: number): boolean {
  if (unit <= 0x20) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  if (unit < 0x1680) return unit === 0x85 || unit === 0xa0;
  if (unit <= 0x200a) return unit === 0x1680 || unit >= 0x2000;
  return unit === 0x2028 || unit === 0x2029 || unit === 0x202f || unit === 0x205f || unit === 0x3000;
}

const isBlankToken = (token: string) => token.length === 1 && token !== '\n' && isWhiteSpace(token.charCodeAt(0));

function isWordToken(token: string): boolean {
  for (let i = 0; i < token.length; i++) {
    if (isWhiteSpace(token.charCodeAt(i))) return false;
  }
  return token !== '';
}

export const wordTokens = declareTokenizer({
  type: 'word',
  describe: 'One token for each run of non-blank characters, and <eos> at each line end.',
  unit: 'word',
  small: false,
  options: { ...vocabularyOptions, ...wordOptions },
  createTrainer: wordTrainer,
  extensible: true,
  spellsLineEnd,
  stateKeys: ['tokens', ...Object.keys(wordOptions)],
  read(state) {
    const options: WordOptions = {
      case: checkedSetting('lower', state.case, 'case'),
      punctuation: checkedSetting('separate', state.punctuation, 'punctuation'),
      spaces: checkedSetting('exact', state.spaces, 'spaces'),
    };
    const isToken = (token: string) => isWordToken(token) || (options.spaces === 'exact' && isBlankToken(token));
    const tokens = checkedTokens(state.tokens, isToken);
    for (const special of specials) {
      if (!tokens.includes(special)) throw invalidState(`a word vocabulary needs ${special}`);
    }
    return wordTokenizer(tokens, options);
  },
});
