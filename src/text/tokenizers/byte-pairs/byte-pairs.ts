import { utf8Bytes, utf8Text } from '../../../foundation/bytes.js';
import { quoteToken } from '../../code-points.js';
import { byteCharacters, bytesOfToken } from '../byte-alphabet.js';
import { LONGEST_ADDED_TOKEN, MOST_ADDED_TEXT } from './added-tokens.js';
import { createPairMap } from './pair-map.js';

/** Two token ids, left and right, that become one. */
export type Merge = readonly [left: number, right: number];

/** A vocabulary of byte-pair encoding, as plain JSON. */
export interface BytePairs {
  /** Names by id: bytes, written in the alphabet of {@link byteCharacters}; but an added token's name is its text itself. */
  readonly tokens: readonly string[];
  /** Most urgent first. What a pair becomes is the token with the joined name. */
  readonly merges: readonly Merge[];
  /** Ids of tokens that are looked for in a text before all else, such as `<|endoftext|>`. Vocabularies trained here have none. */
  readonly added: readonly number[];
}

/** Tokens that a byte-pair vocabulary may have: as many as a model file can hold, with room to spare for any in use. */
export const MAXIMUM_BYTE_PAIR_TOKENS = 500_000;

/** Bytes that the merges of a vocabulary make together, at most: one of 500,000 tokens makes some millions. */
const MOST_MERGED = 1_000_000_000;

/** The tables that encoding and decoding need. */
export interface BytePairTables {
  /** Bytes of each token, by id. */
  readonly bytes: readonly Uint8Array[];
  /** [256]: ids of the single bytes. */
  readonly byteIds: Int32Array;
  /** Place of a pair in the list of merges, or -1. */
  rankOf(left: number, right: number): number;
  /** [merges]: what each becomes. */
  readonly results: Int32Array;
}

/**
 * Checks a byte-pair vocabulary and makes its tables. The vocabulary is not trusted, but is of the stated types.
 *
 * Every byte must have a token: then any text can be encoded, and nothing is unknown.
 *
 * @param invalid makes the error to throw from what is wrong.
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
  /** The id of a name that is not an added token's. */
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

/** Added tokens are looked for in every text: what that costs has a bound. */
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

/** Undefined for what is no text: an unpaired surrogate has no bytes. */
function bytesOfText(text: string): Uint8Array | undefined {
  const bytes = utf8Bytes(text);
  return utf8Text(bytes) === text ? bytes : undefined;
}
