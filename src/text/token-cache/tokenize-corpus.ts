import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { memoryTokenSource, type TokenSource } from '../batches.js';
import type { OpenCorpus } from '../corpus.js';
import { type EncodedSplit, encodeCorpus, encodeToMemory } from '../encode.js';
import type { SplitName } from '../splits.js';
import { knownTokenizer, makeTokenizer, type TokenizerChoice } from '../tokenizers/prepare-tokenizer.js';
import type { Tokenizer } from '../tokenizers/tokenizer.js';
import { tokenizerFromJSON } from '../tokenizers/tokenizer-state.js';
import { prepareCacheFolder, sweepCacheFolder } from './cache-folder.js';
import { checkUnchanged, contentDigests } from './content-digests.js';
import { readRecord, sha256, writeRecord } from './records.js';
import { openTokenFile, type TokenFile } from './token-file-reader.js';
import { writeTokenFile } from './token-file-writer.js';

export interface TokenizingOptions {
  /** The tokenizer to make, or the one of a model that is there. */
  readonly tokenizer: TokenizerChoice | Tokenizer;
  /** Whether it is kept which tokens end documents. */
  readonly marksDocumentEnds: boolean;
  /** Folder for the tokens; without one they are held in memory. */
  readonly cache: string | undefined;
}

/** A corpus as tokens. */
export interface TokenizedCorpus {
  readonly tokenizer: Tokenizer;
  readonly splits: Partial<Record<SplitName, Int32Array | TokenSource>>;
  /** SHA-256 of the training tokens. */
  readonly digest: string;
  close(): void;
}

/**
 * Encodes a corpus; its tokenizer is made from the training split, unless it is known. With a cache folder, memory stays bounded
 * whatever the corpus, and what was done once for the same content and the same options is not done again.
 *
 * @throws UserError 'data' for what is wrong with the corpus, 'disk' when the cache cannot be written.
 */
export async function tokenizeCorpus(corpus: OpenCorpus, options: TokenizingOptions): Promise<TokenizedCorpus> {
  const { tokenizer: wanted, cache, marksDocumentEnds } = options;
  const known = 'encode' in wanted ? wanted : await knownTokenizer(wanted, corpus.hasDocuments, corpus.normalization);
  const make = () => makeTokenizer(wanted as TokenizerChoice, corpus.hasDocuments, corpus.read('train'));
  if (cache === undefined) return inMemory(corpus, known ?? (await make()), marksDocumentEnds);

  prepareCacheFolder(cache);
  const files = corpus.texts.flatMap((text) => text.files);
  const digests = await contentDigests(files, cache);
  // Normal forms and lower case are those of the runtime's version of Unicode.
  const content = [2, endianness(), process.versions.unicode, corpus.description, digests];
  const tokenizer = known ?? (await rememberedTokenizer(join(cache, `tokenizer-${sha256([content, wanted])}.json`), make));
  const path = join(cache, `tokens-${sha256([content, tokenizer.toJSON(), marksDocumentEnds])}.bin`);
  const file = openTokenFile(path) ?? (await writeAndOpen(path, corpus, tokenizer, marksDocumentEnds));
  await checkUnchanged(files, digests, cache);
  return { tokenizer, ...file };
}

async function inMemory(corpus: OpenCorpus, tokenizer: Tokenizer, marksDocumentEnds: boolean): Promise<TokenizedCorpus> {
  const encoded = await encodeToMemory(corpus, tokenizer);
  const digest = createHash('sha256').update(encoded.train!.tokens).digest('hex');
  const sourceOf = ({ tokens, documentEnds }: EncodedSplit) =>
    marksDocumentEnds ? memoryTokenSource(tokens, documentEnds) : tokens;
  const splits = Object.fromEntries(Object.entries(encoded).map(([split, part]) => [split, sourceOf(part)]));
  return { tokenizer, splits, digest, close() {} };
}

async function rememberedTokenizer(path: string, make: () => Promise<Tokenizer>): Promise<Tokenizer> {
  const state = readRecord(path);
  if (state !== undefined) return tokenizerFromJSON(state);
  const tokenizer = await make();
  writeRecord(path, tokenizer.toJSON());
  return tokenizer;
}

async function writeAndOpen(
  path: string,
  corpus: OpenCorpus,
  tokenizer: Tokenizer,
  marksDocumentEnds: boolean,
): Promise<TokenFile> {
  const writer = writeTokenFile(path, tokenizer.vocabulary.size, marksDocumentEnds);
  try {
    await encodeCorpus(corpus, tokenizer, writer);
    writer.finish();
  } catch (error) {
    writer.abandon();
    throw error;
  }
  sweepCacheFolder(join(path, '..'), path);
  const file = openTokenFile(path);
  if (file === undefined) throw new Error(`the token file ${path} cannot be read after it was written`);
  return file;
}
