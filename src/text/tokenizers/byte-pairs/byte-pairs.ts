import { utf8Bytes, utf8Text } from '../../../foundation/bytes.js';
import { quoteToken } from '../../code-points.js';
import { byteCharacters, bytesOfToken } from '../byte-alphabet.js';
import { LONGEST_ADDED_TOKEN, MOST_ADDED_TEXT } from './added-tokens.js';
import { createPairMap } from './pair-map.js';

/** Two token ids, left and right, that are merged. */
export type Merge = readonly [left: number, right: number];

/** A vocabulary of byte-pair encoding, as plain JSON. */
export interface BytePairs {
  /** Names by id: bytes in the alphabet of {@link byteCharacters}; the name of an added token is its text. */
  readonly tokens: readonly string[];
  /** Merges in descending priority. The result of a merge is the token with the concatenated name. */
  readonly merges: readonly Merge[];
  /** Ids of tokens that are searched in a text first, such as `<|endoftext|>`. Vocabularies trained here have none. */
  readonly added: readonly number[];
}

/** The most tokens of a byte-pair vocabulary: more than any vocabulary in use has, and as many as a model file can contain. */
export const MAXIMUM_BYTE_PAIR_TOKENS = 500_000;

/** The most bytes that the merges of a vocabulary produce together: one of 500,000 tokens produces some millions. */
const MOST_MERGED = 1_000_000_000;

/** The tables that encoding and decoding need. */
export interface BytePairTables {
  /** Bytes of each token, by id. */
  readonly bytes: readonly Uint8Array[];
  /** [256]: ids of the single bytes. */
  readonly byteIds: Int32Array;
  /** The priority of a pair: its index in the list of merges, or -1. */
  rankOf(left: number, right: number): number;
  /** [merges]: the id of each merge's result. */
  readonly results: Int32Array;
}

/**
 * Checks a byte-pair vocabulary and builds its tables. The types of the vocabulary are correct, but its content is not trusted.
 *
 * Every byte must have a token: then any text can be encoded, and nothing is unknown.
 *
 * @param invalid makes the error for a problem
 */
export function bytePairTables({ tokens, merges, added }: BytePairs, invalid: (trouble: string) => Error): BytePairTables {
  const isAdded = new Uint8Array(tokens.length);
  for (const id of added) {
    if (!(id in tokens)) throw invalid(`the added token ${id} is not among the ${tokens.length} tokens`);
    if (isAdded[id] === 1) throw invalid(`the added token ${id} is listed twice`);
    isAdded[id] = 1;
  }
  refuseLongTexts(
    added.map((id) => tokens[id]!),
    invalid,
  );
  const ids = new Map<string, number>();
  const bytes = tokens.map((token, id) => {
    const value = isAdded[id] === 1 ? bytesOfText(token) : bytesOfToken(token);
    if (value === undefined || value.length === 0) throw invalid(`token ${id} is not made of bytes`);
    if (ids.has(token)) throw invalid(`token ${id} stands there twice`);
    ids.set(token, id);
    return value;
  });
  /** The id of a name that is not that of an added token. */
  const plainId = (token: string): number | undefined => {
    const id = ids.get(token);
    return id === undefined || isAdded[id] === 1 ? undefined : id;
  };

  const byteIds = Int32Array.from(byteCharacters, (character, byte) => {
    const id = plainId(character);
    if (id === undefined) throw invalid(`it has no token for the byte ${byte}, so not every text could be encoded`);
    return id;
  });

  const ranks = createPairMap();
  let length = 0;
  const results = Int32Array.from(merges, ([left, right], rank) => {
    if (![left, right].every((id) => id in tokens && isAdded[id] === 0)) throw invalid(`merge ${rank} is not of two tokens`);
    length += tokens[left]!.length + tokens[right]!.length;
    if (length > MOST_MERGED) throw invalid(`its merges make more than ${MOST_MERGED} bytes together`);
    const result = plainId(tokens[left]! + tokens[right]!);
    if (result === undefined) throw invalid(`merge ${rank} makes a token that is not in the vocabulary`);
    if (ranks.get(left, right) >= 0) throw invalid(`merge ${rank} stands there twice`);
    ranks.set(left, right, rank);
    return result;
  });
  return { bytes, byteIds, rankOf: ranks.get, results };
}

/** Added tokens are searched in every text, so their length is limited. */
function refuseLongTexts(texts: readonly string[], invalid: (trouble: string) => Error): void {
  const long = texts.find(({ length }) => length > LONGEST_ADDED_TOKEN);
  if (long !== undefined) {
    const found = `an added token has ${long.length} characters, from ${quoteToken(long)} on`;
    throw invalid(`${found}; at most ${LONGEST_ADDED_TOKEN} are allowed`);
  }
  const sum = texts.reduce((all, { length }) => all + length, 0);
  if (sum > MOST_ADDED_TEXT)
    throw invalid(`its added tokens have ${sum} characters together; at most ${MOST_ADDED_TEXT} are allowed`);
}

/** Undefined for an unpaired surrogate, which is not text and has no bytes. */
function bytesOfText(text: string): Uint8Array | undefined {
  const bytes = utf8Bytes(text);
  return utf8Text(bytes) === text ? bytes : undefined;
}
