import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { endianness } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../foundation/errors.js';
import { memoryTokenSource, type TokenSource } from '../batches.js';
import type { OpenCorpus } from '../corpus.js';
import { type EncodedSplit, encodeCorpus, encodeToMemory } from '../encode.js';
import { makeTokenizer } from '../make-tokenizer.js';
import { knownTokenizer } from '../prepare-tokenizer.js';
import type { SplitName } from '../splits.js';
import { type TokenizerChoice, tokenizerFromJSON } from '../tokenizers/index.js';
import type { Tokenizer, TokenizerType } from '../tokenizers/tokenizer.js';
import { boundCacheFolder, ownCacheFolder, prepareCacheFolder, sweepCacheFolder, touch } from './cache-folder.js';
import { checkUnchanged, contentDigests } from './content-digests.js';
import { readRecord, sha256, writeRecord } from './records.js';
import type { TokenFileKind } from './token-file-format.js';
import { openTokenFile, type TokenFile } from './token-file-reader.js';
import { writeTokenFile } from './token-file-writer.js';

export interface TokenizingOptions {
  /** The tokenizer to train, or that of an existing model. */
  readonly tokenizer: TokenizerChoice | Tokenizer;
  /** Whether to store which tokens end documents. */
  readonly marksDocumentEnds: boolean;
  /** Folder for the tokens; without one they are kept in memory. */
  readonly cache: string | undefined;
  /** Gets notices about tokens that remain in the cache folder, and about line ends that the training text spells out. */
  readonly onNotice?: ((message: string) => void) | undefined;
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
 * Encodes a corpus. Its tokenizer is trained on the training split, unless it is given. With a cache folder, memory is bounded for any
 * corpus, and the work for the same content and options is not repeated.
 *
 * @throws UserError 'data' for an invalid corpus, 'disk' when the cache cannot be written
 */
export async function tokenizeCorpus(corpus: OpenCorpus, options: TokenizingOptions): Promise<TokenizedCorpus> {
  const { tokenizer: wanted, cache, marksDocumentEnds, onNotice } = options;
  const known = isTokenizer(wanted) ? wanted : await knownTokenizer(wanted, corpus.hasDocuments, corpus.normalization);
  const make = () => makeTokenizer(wanted as TokenizerChoice, corpus.hasDocuments, corpus.read('train'), onNotice);
  if (cache === undefined) return inMemory(corpus, known ?? (await make()), marksDocumentEnds);

  prepareCacheFolder(cache);
  const files = corpus.texts.flatMap((text) => text.files);
  const digests = await contentDigests(files, cache);
  // Normalization and lower case depend on the runtime's version of Unicode.
  const content = [2, endianness(), process.versions.unicode, corpus.description, digests];
  const remembered = join(cache, `tokenizer-${sha256([content, wanted])}.json`);
  const tokenizer = known ?? (await rememberedTokenizer(remembered, wanted.type, make));
  const path = join(cache, `tokens-${sha256([content, tokenizer.toJSON(), marksDocumentEnds])}.bin`);
  const kind: TokenFileKind = { vocabularySize: tokenizer.vocabulary.size, marksDocumentEnds, splits: corpus.splits };
  const found = openTokenFile(path, kind);
  if (found) touch(path);
  const file = found ?? (await writeAndOpen(path, corpus, tokenizer, kind, onNotice));
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

async function rememberedTokenizer(path: string, type: TokenizerType, make: () => Promise<Tokenizer>): Promise<Tokenizer> {
  const remembered = tokenizerOf(readRecord(path));
  if (remembered?.type === type) return remembered;
  const tokenizer = await make();
  writeRecord(path, tokenizer.toJSON());
  return tokenizer;
}

/** Undefined for a value that is not a tokenizer's state. */
function tokenizerOf(state: unknown): Tokenizer | undefined {
  try {
    return state === undefined ? undefined : tokenizerFromJSON(state);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

async function writeAndOpen(
  path: string,
  corpus: OpenCorpus,
  tokenizer: Tokenizer,
  kind: TokenFileKind,
  onNotice: TokenizingOptions['onNotice'],
): Promise<TokenFile> {
  const writer = writeTokenFile(path, kind.vocabularySize, kind.marksDocumentEnds);
  try {
    await encodeCorpus(corpus, tokenizer, writer);
    writer.finish();
  } catch (error) {
    writer.abandon();
    throw error;
  }
  const folder = dirname(path);
  sweepCacheFolder(folder, path);
  // A folder that a config names may grow with its corpora; the user's own cache folder has a limit.
  if (resolve(folder) === ownCacheFolder()) boundCacheFolder(folder, path);
  const file = openTokenFile(path, kind);
  if (file === undefined) throw new Error(`the token file ${path} cannot be read after it was written`);
  const size = `${(statSync(path).size / 1e6).toFixed(1)} MB`;
  onNotice?.(`the tokens are stored for later runs: ${path} (${size}); textloom corpus cache lists and deletes such files`);
  return file;
}

function isTokenizer(wanted: TokenizerChoice | Tokenizer): wanted is Tokenizer {
  return typeof wanted.encode === 'function';
}
