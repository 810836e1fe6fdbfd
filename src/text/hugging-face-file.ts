import { readTextFile } from './corpus.js';
import { type HuggingFaceTokenizer, parseHuggingFaceJson } from './tokenizers/hugging-face.js';
import { normalizing } from './tokenizers/normalizing.js';
import type { Tokenizer } from './tokenizers/tokenizer.js';

/** The longest file, in UTF-16 units; vocabularies of 200,000 tokens take 20 million. */
const MAXIMUM_LENGTH = 100_000_000;

/** Reads a `tokenizer.json`. @throws UserError 'data' for a file that cannot be read, and as {@link parseHuggingFaceJson} does */
export async function readHuggingFaceFile(path: string): Promise<HuggingFaceTokenizer> {
  return parseHuggingFaceJson(await readTextFile(path, MAXIMUM_LENGTH), path);
}

/**
 * The tokenizer of a file `tokenizer.json`, for texts that are not normalized yet.
 *
 * @throws UserError `data` for a file that cannot be read, or that is no byte-level BPE
 */
export async function readHuggingFaceTokenizer(path: string): Promise<Tokenizer> {
  const { tokenizer, normalization } = await readHuggingFaceFile(path);
  return normalizing(tokenizer, normalization);
}
