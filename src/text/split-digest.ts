import { utf8Bytes } from '../foundation/bytes.js';
import type { Hash } from '../foundation/sha256.js';
import type { OpenCorpus } from './cut-corpus.js';
import type { SplitName } from './splits.js';

/** A hexadecimal SHA-256 for each split of a corpus: of its text as it is read, in UTF-8, with the byte 0xFF where a document ends. */
export type SplitDigests = Partial<Record<SplitName, string>>;

/** A byte that does not occur in UTF-8. */
const DOCUMENT_END = Uint8Array.of(0xff);

/** The digest of one split, which this function reads. @param createHash a new SHA-256 */
export async function splitDigest(corpus: OpenCorpus, split: SplitName, createHash: () => Hash): Promise<string> {
  const hash = createHash();
  for await (const { text, endsDocument } of corpus.read(split)) {
    hash.update(utf8Bytes(text));
    if (endsDocument) hash.update(DOCUMENT_END);
  }
  return hash.digest();
}

/** The digests of all splits, computed. */
export async function computedSplitDigests(corpus: OpenCorpus, createHash: () => Hash): Promise<SplitDigests> {
  const digests: SplitDigests = {};
  for (const split of corpus.splits) digests[split] = await splitDigest(corpus, split, createHash);
  return digests;
}
