import { bytesOfTexts, cutAnywhere, decodeAll, type TokenDecoder, type Tokenizer, type TokenizerTrainer } from './tokenizer.js';
import { checkedTokens, declareTokenizer } from './tokenizer-declaration.js';
import { unknownCharacters } from './unknown-characters.js';
import {
  buildVocabulary,
  createVocabulary,
  END,
  UNKNOWN,
  type Vocabulary,
  type VocabularyLimits,
  vocabularyOptions,
} from './vocabulary.js';

/**
 * One token for each Unicode character (code point); surrogate pairs are not split, and line ends are not changed. Text of known characters
 * is reproduced exactly; `<unk>` and `<eos>` are decoded as these five characters.
 *
 * @param tokens one character each, and at most one `<unk>` and one `<eos>`
 */
export function characterTokenizer(tokens: readonly string[]): Tokenizer {
  return fromVocabulary(createVocabulary(tokens));
}

/**
 * Trains the character tokenizer of a training text. Pieces must not split surrogate pairs.
 *
 * `finish` throws UserErrors as {@link buildVocabulary} does.
 *
 * @param documentEnd whether there is a token for the end of a document, `<eos>`
 */
function characterTrainer(limits: VocabularyLimits, documentEnd: boolean): TokenizerTrainer {
  // One slot for each code point: an array access for each character is about ten times faster than a Map.
  const counts = new Float64Array(0x110000);
  let highest = 0;
  return {
    cut: cutAnywhere,
    add(piece) {
      forEachCodePoint(piece, (codePoint) => {
        counts[codePoint]!++;
        if (codePoint > highest) highest = codePoint;
      });
    },
    finish() {
      const seen = seenCharacters(counts.subarray(0, highest + 1));
      return fromVocabulary(buildVocabulary(seen, documentEnd ? [END] : [], limits, 'character'));
    },
  };
}

function fromVocabulary(vocabulary: Vocabulary): Tokenizer {
  const ids = idTable(vocabulary);
  const unknown = vocabulary.unknownId ?? -1;

  function encode(text: string): Int32Array {
    const encoded = new Int32Array(text.length);
    let length = 0;
    let missing = false;
    forEachCodePoint(text, (codePoint) => {
      const known = codePoint < ids.length ? ids[codePoint]! : -1;
      const id = known < 0 ? unknown : known;
      missing ||= id < 0;
      encoded[length++] = id;
    });
    if (missing) throw unknownCharacters(text, vocabulary);
    return length === encoded.length ? encoded : encoded.slice(0, length);
  }

  const createDecoder = (): TokenDecoder => ({ push: vocabulary.tokenOf, end: () => '' });
  const decode = (list: ArrayLike<number>) => decodeAll(createDecoder(), list);
  return {
    type: 'character',
    vocabulary,
    lineEndId: vocabulary.idOf('\n'),
    documentEndId: vocabulary.idOf(END),
    encode,
    cut: cutAnywhere,
    decode,
    createDecoder,
    tokenBytes: () => bytesOfTexts(vocabulary, decode),
    blanks: 'none',
    toJSON: () => ({ type: 'character', tokens: vocabulary.tokens }),
  };
}

/** Ids by code point, up to the highest one in the vocabulary; -1 where there is none. */
function idTable(vocabulary: Vocabulary): Int32Array {
  const codePoints = vocabulary.tokens.map((token) => (token === UNKNOWN || token === END ? -1 : token.codePointAt(0)!));
  const highest = codePoints.reduce((most, codePoint) => Math.max(most, codePoint), -1);
  const ids = new Int32Array(highest + 1).fill(-1);
  codePoints.forEach((codePoint, id) => {
    if (codePoint >= 0) ids[codePoint] = id;
  });
  return ids;
}

function forEachCodePoint(text: string, visit: (codePoint: number) => void): void {
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    if (codePoint > 0xffff) i++;
    visit(codePoint);
  }
}

function* seenCharacters(counts: Float64Array): Generator<[string, number]> {
  for (let codePoint = 0; codePoint < counts.length; codePoint++) {
    if (counts[codePoint]! > 0) yield [String.fromCodePoint(codePoint), counts[codePoint]!];
  }
}

const isCharacterToken = (token: string) =>
  token === UNKNOWN || token === END || (token !== '' && token.length === (token.codePointAt(0)! > 0xffff ? 2 : 1));

export const characterTokens = declareTokenizer({
  type: 'character',
  describe: 'One token for each Unicode code point.',
  unit: 'character',
  small: true,
  options: vocabularyOptions,
  createTrainer: characterTrainer,
  extensible: true,
  stateKeys: ['tokens'],
  read: ({ tokens }) => characterTokenizer(checkedTokens(tokens, isCharacterToken)),
});
