import { UserError } from '../../foundation/errors.js';
import { quotedName } from '../../foundation/printable.js';
import { isJsonMap, type JsonValue, parseStrictJson } from '../../foundation/strict-json.js';
import { normalizeText } from '../reading/normalization.js';
import type { TextNormalization } from '../reading/reading-options.js';
import { bpeTokenizer } from './bpe.js';
import { type BytePairs, MAXIMUM_BYTE_PAIR_TOKENS, type Merge } from './byte-pairs/byte-pairs.js';
import { type ByteLevelFile, normalizerOf, readNormalizer, refuseOtherTokenizers } from './hugging-face-settings.js';
import type { Tokenizer } from './tokenizer.js';

const unchanged: TextNormalization = { unicode: 'none', newlines: 'keep' };

type Invalid = (trouble: string) => Error;

/** Byte pairs from a file, and the file's normalization. */
export interface HuggingFaceTokenizer {
  readonly tokenizer: Tokenizer;
  readonly normalization: TextNormalization;
}

/**
 * Reads a Hugging Face `tokenizer.json` of byte-level BPE, as `transformers` and `tokenizers` write it for GPT-2 and similar models.
 * Encodings equal those of their library, with one exception: if the file has a normalizer, all added tokens are searched in the normalized
 * text. Other kinds are refused with the setting that is not supported, never approximated.
 *
 * @param path the name of the file in messages
 * @throws UserError 'data' naming the file and its problem. The file is not trusted
 */
export function parseHuggingFaceJson(text: string, path: string): HuggingFaceTokenizer {
  const invalid = (trouble: string) => new UserError('data', `${path}: not a tokenizer.json that can be used: ${trouble}`);
  let json: JsonValue;
  try {
    json = parseStrictJson(text);
  } catch (error) {
    throw invalid((error as Error).message);
  }
  const file = refuseOtherTokenizers(json, invalid);
  const normalization = readNormalizer(file.normalizer, invalid);
  const pairs = bytePairsOf(file, invalid);
  const strange = unreachableToken(pairs, normalization);
  if (strange !== undefined)
    throw invalid(`the added token ${quotedName(strange)} is changed by the normalizer, so that no text has it`);
  return { tokenizer: bpeTokenizer(pairs, invalid), normalization };
}

/** An added token that a normalization changes, so that no normalized text contains it; undefined when there is none. */
export function unreachableToken({ tokens, added }: BytePairs, normalization: TextNormalization): string | undefined {
  return added.map((id) => tokens[id] ?? '').find((token) => normalizeText(token, normalization) !== token);
}

/**
 * A byte-pair vocabulary as the text of a Hugging Face `tokenizer.json`.
 *
 * @param normalization the normalization before a text is tokenized; their library then applies the same
 */
export function huggingFaceJson({ tokens, merges, added }: BytePairs, normalization: TextNormalization = unchanged): string {
  const name = (id: number) => tokens[id];
  const normalizer = normalizerOf(normalization);
  // Added tokens are searched in the normalized text, as here.
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: normalizer !== null, special: true };
  const file = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added.map((id) => ({ id, content: name(id), ...plain })),
    normalizer,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      // As strings, which every version of their library reads; pairs are newer. No token contains a space.
      merges: merges.map(([left, right]) => `${name(left)} ${name(right)}`),
    },
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

function bytePairsOf({ model, added_tokens: addedTokens = [] }: ByteLevelFile, invalid: Invalid): BytePairs {
  const { vocab, merges } = model;
  if (!isJsonMap(vocab)) throw invalid('model.vocab is not a map of tokens to ids');
  if (!Array.isArray(merges)) throw invalid('model.merges is not a list');
  const ids = new Map(Object.entries(vocab));
  const added = addedIds(addedTokens, ids, invalid);
  return {
    tokens: tokensById(ids, invalid),
    merges: merges.map((merge, rank): Merge => {
      const names = typeof merge === 'string' ? merge.split(' ') : merge;
      if (!Array.isArray(names) || names.length !== 2) throw invalid(`model.merges ${rank} is not a pair of tokens`);
      const [left, right] = names.map((name) => ids.get(name as string));
      if (left === undefined || right === undefined) throw invalid(`model.merges ${rank} has an unknown token`);
      return [left as number, right as number];
    }),
    added,
  };
}

/** Ids of the added tokens; those that are missing among the others are added to them. */
function addedIds(list: JsonValue, ids: Map<string, JsonValue>, invalid: Invalid): number[] {
  if (!Array.isArray(list)) throw invalid('added_tokens is not a list');
  return list.map((token, index) => {
    const at = `added_tokens ${index}`;
    if (!isJsonMap(token) || typeof token.content !== 'string') throw invalid(`${at} has no content`);
    const { content, id, single_word, lstrip, rstrip } = token;
    if (single_word || lstrip || rstrip) {
      throw invalid(`${at} (${quotedName(content)}) has single_word, lstrip or rstrip: text would not come back as it was`);
    }
    if ((ids.get(content) ?? id) !== id) throw invalid(`${at} (${quotedName(content)}) has another id in model.vocab`);
    ids.set(content, id as number);
    return id as number;
  });
}

/** Names by id; each id from 0 on must occur once. */
function tokensById(ids: ReadonlyMap<string, JsonValue>, invalid: Invalid): string[] {
  if (ids.size > MAXIMUM_BYTE_PAIR_TOKENS) throw invalid(`it has more than ${MAXIMUM_BYTE_PAIR_TOKENS} tokens`);
  const tokens = new Array<string | undefined>(ids.size).fill(undefined);
  for (const [token, id] of ids) {
    if (typeof id !== 'number' || !(id in tokens)) {
      throw invalid(`the id of ${quotedName(token)} is not one of 0 to ${ids.size - 1}, where it has ${ids.size} tokens`);
    }
    if (tokens[id] !== undefined) throw invalid(`${quotedName(token)} and ${quotedName(tokens[id])} have the id ${id} both`);
    tokens[id] = token;
  }
  return tokens as string[];
}
