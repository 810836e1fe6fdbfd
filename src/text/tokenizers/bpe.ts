import { temporaryUtf8Bytes, utf8Text } from '../../foundation/bytes.js';
import { optional, pathOption, wholeNumberOption } from '../../foundation/options.js';
import { byteDecoding } from './byte-decoder.js';
import { createAddedTokens } from './byte-pairs/added-tokens.js';
import { type BytePairs, bytePairTables, MAXIMUM_BYTE_PAIR_TOKENS, type Merge } from './byte-pairs/byte-pairs.js';
import { createIdList } from './byte-pairs/id-list.js';
import { createMerger } from './byte-pairs/merge-bytes.js';
import { forEachPiece, lastPieceStart } from './byte-pairs/pre-tokenize.js';
import type { Tokenizer } from './tokenizer.js';
import { checkedList, checkedTokens, declareTokenizer, invalidState } from './tokenizer-declaration.js';
import { bytePairTrainer } from './train-bpe.js';
import { createVocabulary, END } from './vocabulary.js';

/** Pieces whose ids are cached, so that a frequent word is merged once; and the longest piece that is cached. */
const REMEMBERED_PIECES = 100_000;
const LONGEST_REMEMBERED = 64;

/** Names of the token between documents in imported vocabularies. */
const DOCUMENT_ENDS = [END, '<|endoftext|>', '</s>'];

/**
 * Byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019): a text is divided into pieces, and within each the bytes are
 * merged into the tokens of the vocabulary. Every byte has a token, so nothing is unknown, there is neither `<unk>` nor `<eos>`, and any
 * text is reproduced exactly (except unpaired surrogates, which are not text). Ids that are not UTF-8 decode to U+FFFD.
 *
 * @param invalid makes the error for an invalid vocabulary, which is not trusted
 */
export function bpeTokenizer(
  { tokens, merges, added }: BytePairs,
  invalid: (trouble: string) => Error = (trouble) => new Error(trouble),
): Tokenizer {
  const tables = bytePairTables({ tokens, merges, added }, invalid);
  const merge = createMerger(tables);
  const addedTokens = createAddedTokens(added.map((id) => [tokens[id]!, id]));
  const remembered = new Map<string, Int32Array>();

  function idsOf(piece: string): Int32Array {
    const known = remembered.get(piece);
    if (known !== undefined) return known;
    const bytes = temporaryUtf8Bytes(piece);
    const ids = merge(bytes);
    if (piece.length > LONGEST_REMEMBERED) return ids;
    if (remembered.size >= REMEMBERED_PIECES) remembered.clear();
    const copy = ids.slice();
    // A new string: the piece may be a slice that would keep the whole text in memory.
    remembered.set(utf8Text(bytes), copy);
    return copy;
  }

  function encode(text: string): Int32Array {
    const list = createIdList(text.length / 3);
    const take = (start: number, end: number) => list.push(idsOf(text.slice(start, end)));
    let start = 0;
    for (const found of addedTokens.find(text)) {
      forEachPiece(text, take, start, found.start);
      list.push([found.id]);
      start = found.end;
    }
    forEachPiece(text, take, start);
    return list.ids();
  }

  /** Finds a position that no added token spans, now or when the text continues. */
  function cut(text: string): number {
    const { longest, findAll } = addedTokens;
    let at = lastPieceStart(text, Math.min(text.length - 1, text.length - longest + 1));
    const found = findAll(text);
    /** The end of the furthest token so far. */
    let reach = 0;
    const reaches = found.map(({ end }) => {
      reach = Math.max(reach, end);
      return reach;
    });
    for (let i = found.length - 1; at > 0; at = lastPieceStart(text, at - 1)) {
      while (i >= 0 && found[i]!.start >= at) i--;
      if (i < 0 || reaches[i]! <= at) break;
    }
    return at;
  }

  return {
    type: 'bpe',
    vocabulary: createVocabulary(tokens),
    lineEndId: tables.byteIds[0x0a],
    documentEndId: documentEndOf({ tokens, added }),
    encode,
    cut,
    ...byteDecoding(tables.bytes),
    blanks: 'none',
    toJSON: () => ({ type: 'bpe', tokens, merges, added }),
  };
}

function documentEndOf({ tokens, added }: Pick<BytePairs, 'tokens' | 'added'>): number | undefined {
  const names = added.map((id) => tokens[id]!);
  const name = DOCUMENT_ENDS.find((end) => names.includes(end));
  return name === undefined ? undefined : added[names.indexOf(name)];
}

/** The same byte pairs with a token for the end of a document: an existing added token with a known name, or a new one. */
export function withDocumentEnd({ tokens, merges, added }: BytePairs): BytePairs {
  if (documentEndOf({ tokens, added }) !== undefined) return { tokens, merges, added };
  const known = tokens.indexOf(END);
  return known >= 0
    ? { tokens, merges, added: [...added, known] }
    : { tokens: [...tokens, END], merges, added: [...added, tokens.length] };
}

const isMerge = (item: unknown): item is Merge => Array.isArray(item) && item.length === 2 && item.every(Number.isInteger);
const isId = (item: unknown): item is number => Number.isInteger(item);

export const bytePairTokens = declareTokenizer({
  type: 'bpe',
  describe: 'Byte-level byte-pair encoding, as in GPT-2: frequent sequences of bytes are tokens, nothing is unknown.',
  unit: 'byte pair',
  small: false,
  options: {
    vocabularySize: optional(
      wholeNumberOption(
        257,
        500_000,
        0,
        'Size of the vocabulary, the 256 bytes included; smaller if no remaining pair occurs twice.',
      ),
      'that of file',
    ),
    file: {
      ...pathOption(
        'Hugging Face tokenizer.json (byte-level BPE) to use instead of a new vocabulary. Relative to the file that states it. ' +
          'A resumed run keeps its vocabulary.',
        'a new vocabulary of vocabularySize',
      ),
      mayChange: 'no-matter',
    },
  },
  createTrainer({ vocabularySize }, documentEnd) {
    if (vocabularySize === undefined) throw new Error('byte pairs without a vocabulary size and a file have passed the rules');
    const trainer = bytePairTrainer(vocabularySize - Number(documentEnd));
    const finish = () => bpeTokenizer(documentEnd ? withDocumentEnd(trainer.finish()) : trainer.finish());
    return { ...trainer, finish };
  },
  extensible: false,
  stateKeys: ['tokens', 'merges', 'added'],
  read({ tokens, merges, added }) {
    const pairs: BytePairs = {
      tokens: checkedTokens(tokens, () => true, MAXIMUM_BYTE_PAIR_TOKENS),
      merges: checkedList(merges, 'merges', isMerge),
      added: checkedList(added, 'added', isId),
    };
    return bpeTokenizer(pairs, invalidState);
  },
});
