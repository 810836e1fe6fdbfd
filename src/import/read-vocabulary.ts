import { extname } from 'node:path';
import { readSafetensors } from '../files/safetensors-reader.js';
import { UserError } from '../foundation/errors.js';
import { isJsonMap, type JsonValue, parseStrictJson } from '../foundation/strict-json.js';
import { quoteToken } from '../text/code-points.js';
import { readTextFile } from '../text/corpus.js';
import { readHuggingFaceFile } from '../text/hugging-face-file.js';
import { tokenizerFromJSON } from '../text/tokenizers/index.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { UNKNOWN } from '../text/tokenizers/vocabulary.js';
import { END_OF_LINE } from '../text/tokenizers/word.js';
import { type TextToIds, tokenizerOfMetadata } from './tokenizer-of-metadata.js';
import { parseVocabularyLines } from './vocabulary-lines.js';

/** Types of tokenizer for a bare list of tokens. */
export type ListedTokenizer = 'character' | 'word';

/** The largest vocabulary file, in UTF-16 units. */
const maximumLength = 100_000_000;

/**
 * Reads the vocabulary of a model from a file, by its extension:
 *
 *  - `.safetensors`: the tokenizer of a Textloom model or export, with its normalization;
 *  - `.json`: a Hugging Face `tokenizer.json` of byte-level BPE, with its normalizer; a list of tokens, or a map of tokens to ids;
 *  - any other: one token per line, see {@link parseVocabularyLines}.
 *
 * @param type the type of a list of tokens: by default `character`, if every token (except `<unk>` and `<eos>`) is one character, else
 *   `word`
 * @throws UserError `data` for an invalid file, `usage` for a type although the file determines it
 */
export async function readVocabulary(path: string, type?: ListedTokenizer): Promise<TextToIds> {
  const extension = extname(path).toLowerCase();
  if (extension === '.safetensors') {
    refuseType(path, type);
    return tokenizerOfMetadata(path, readSafetensors(path, { digest: 'optional', select: () => false }).metadata);
  }
  if (extension !== '.json') {
    return { tokenizer: listed(path, parseVocabularyLines(await readTextFile(path, maximumLength), path), type) };
  }
  const json = parseJson(await readTextFile(path, maximumLength), path);
  if (Array.isArray(json)) return { tokenizer: listed(path, json, type) };
  if (isJsonMap(json) && !isJsonMap(json.model)) return { tokenizer: listed(path, tokensById(json, path), type) };
  refuseType(path, type);
  return readHuggingFaceFile(path);
}

function refuseType(path: string, type: ListedTokenizer | undefined): void {
  if (type === undefined) return;
  throw new UserError(
    'usage',
    `--tokenizer ${type}: --vocabulary ${path} contains the type of its tokens; leave --tokenizer out`,
  );
}

function listed(path: string, tokens: readonly JsonValue[], type?: ListedTokenizer): Tokenizer {
  const isCharacter = (token: JsonValue) =>
    typeof token === 'string' && (token === UNKNOWN || token === END_OF_LINE || [...token].length === 1);
  const chosen = type ?? (tokens.every(isCharacter) ? 'character' : 'word');
  try {
    return tokenizerFromJSON({ type: chosen, tokens });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const trouble = error.message.replace(/^.*? is invalid: /, '');
    const rename =
      chosen === 'word' ? '. Rename the tokens that stand for unknown words and for line ends to <unk> and <eos>' : '';
    throw new UserError('data', `${path}, as a vocabulary of ${chosen}s: ${trouble}${rename}`, { cause: error });
  }
}

/** Tokens in the order of their ids, which must be 0, 1, 2, ... */
function tokensById(map: { [key: string]: JsonValue }, path: string): string[] {
  const entries = Object.entries(map);
  const tokens = new Array<string | undefined>(entries.length).fill(undefined);
  for (const [token, id] of entries) {
    if (typeof id !== 'number' || !(id in tokens) || tokens[id] !== undefined) {
      const wanted = `each id from 0 to ${entries.length - 1} once`;
      throw new UserError(
        'data',
        `${path}: ${quoteToken(token)} does not have an id of its own; a map of tokens has ${wanted}`,
      );
    }
    tokens[id] = token;
  }
  return tokens as string[];
}

function parseJson(text: string, path: string): JsonValue {
  try {
    return parseStrictJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError('data', `${path}: ${error.message}`, { cause: error });
  }
}
