import { UserError } from '../foundation/errors.js';
import type { OpenCorpus } from './corpus.js';
import { createRecutter } from './recut.js';
import { describeOrigin, type SplitName } from './splits.js';
import { createIdList, type IdList } from './tokenizers/byte-pairs/id-list.js';
import type { Tokenizer } from './tokenizers/tokenizer.js';
import { UnknownCharacters } from './tokenizers/unknown-characters.js';

/** Takes the tokens of the splits, in order. */
export interface TokenSink {
  push(split: SplitName, ids: Int32Array): void;
  /** A document ends here, with this token. */
  endDocument(split: SplitName, id: number): void;
}

/**
 * Encodes the splits of a corpus, or one of them, piece by piece. The ids are those of the whole text of each split, or of each document,
 * followed by the token that ends it. Where documents are sequences, each split also begins with this token. If a split ends within a document, the part in that split has no such token.
 *
 * @throws UserError 'data', naming split and position, when a text has characters that the vocabulary lacks and the vocabulary has no
 *   `<unk>`: it is built without validation and test
 */
export async function encodeCorpus(corpus: OpenCorpus, tokenizer: Tokenizer, sink: TokenSink, only?: SplitName): Promise<void> {
  const { documentEndId } = tokenizer;
  if (corpus.hasDocuments && documentEndId === undefined) {
    const remedy = 'Start a new run, or set corpus.documents to none.';
    throw new UserError('data', `the tokenizer has no token for the end of a document. ${remedy}`);
  }
  let current: SplitName | undefined;
  let trouble: unknown;
  const encoder = createRecutter(tokenizer.cut, (text) => sink.push(current!, tokenizer.encode(text)));
  const encode = (work: () => void) => {
    try {
      work();
    } catch (error) {
      trouble = error;
      throw error;
    }
  };
  try {
    for await (const { split, text, endsDocument } of corpus.read(only)) {
      if (split !== current) {
        encode(encoder.end);
        if (corpus.sequences === 'documents') sink.endDocument(split, documentEndId!);
      }
      current = split;
      encode(() => encoder.push(text));
      if (!endsDocument) continue;
      encode(encoder.end);
      sink.endDocument(split, documentEndId!);
    }
    encode(encoder.end);
  } catch (error) {
    const isText = error === trouble && error instanceof UserError && error.kind === 'data';
    throw isText ? await located(error, current!, corpus) : error;
  }
}

/** Adds the split and its origin to a tokenizer's error. */
async function located(error: UserError, split: SplitName, corpus: OpenCorpus): Promise<UserError> {
  const origin = (await corpus.origins())[split]!;
  const { normalization = {} } = error instanceof UnknownCharacters ? error : {};
  const keys = Object.entries(normalization).map(([key, value]) => `${key}: ${value}`);
  const remedy =
    keys.length > 0
      ? `Set corpus.normalization: { ${keys.join(', ')} }.`
      : split === 'train'
        ? 'The vocabulary was made from another text.'
        : 'With tokenizer.minimumCount: 2 such characters, and those seen once in training, become <unk>.';
  const advice = error.message.endsWith('.') ? '' : `. ${remedy}`;
  return new UserError('data', `the ${split} split (${describeOrigin(origin)}): ${error.message}${advice}`, { cause: error });
}

/** The tokens of a text in memory. */
export interface EncodedSplit {
  tokens: Int32Array;
  /** 1 for each token that ends a document, else 0. */
  documentEnds: Uint8Array;
}

/** Encodes a corpus, or one of its splits, into memory. @throws UserError as {@link encodeCorpus} does. */
export async function encodeToMemory(
  corpus: OpenCorpus,
  tokenizer: Tokenizer,
  only?: SplitName,
): Promise<Partial<Record<SplitName, EncodedSplit>>> {
  const lists: Partial<Record<SplitName, { ids: IdList; ends: number[]; length: number }>> = {};
  const listOf = (split: SplitName) => {
    lists[split] ??= { ids: createIdList(1024), ends: [], length: 0 };
    return lists[split];
  };
  const push = (split: SplitName, ids: Int32Array) => {
    const list = listOf(split);
    list.ids.push(ids);
    list.length += ids.length;
  };
  const endDocument = (split: SplitName, id: number) => {
    listOf(split).ends.push(listOf(split).length);
    push(split, Int32Array.of(id));
  };
  await encodeCorpus(corpus, tokenizer, { push, endDocument }, only);
  const encoded = Object.entries(lists).map(([split, { ids, ends, length }]) => {
    const documentEnds = new Uint8Array(length);
    for (const end of ends) documentEnds[end] = 1;
    return [split, { tokens: ids.ids(), documentEnds }];
  });
  return Object.fromEntries(encoded);
}
