import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { OpenCorpus } from './corpus.js';
import { type SplitName, splitNames } from './splits.js';
import { prepareCacheFolder } from './token-cache/cache-folder.js';
import { contentDigests } from './token-cache/content-digests.js';
import { readRecord, sha256, writeRecord } from './token-cache/records.js';

/** A hexadecimal SHA-256 for each split of a corpus: of its text as it is read, in UTF-8, with the byte 0xFF where a document ends. */
export type SplitDigests = Partial<Record<SplitName, string>>;

/** A byte that does not occur in UTF-8. */
const DOCUMENT_END = Uint8Array.of(0xff);

/** The digest of one split, which this function reads. */
export async function splitDigest(corpus: OpenCorpus, split: SplitName): Promise<string> {
  const hash = createHash('sha256');
  for await (const { text, endsDocument } of corpus.read(split)) {
    hash.update(text, 'utf8');
    if (endsDocument) hash.update(DOCUMENT_END);
  }
  return hash.digest('hex');
}

/**
 * The digests of all splits.
 *
 * @param cache folder in which the digests of a large corpus are stored, so that it is read for them only once
 */
export async function splitDigests(corpus: OpenCorpus, cache: string | undefined): Promise<SplitDigests> {
  if (cache === undefined) return computed(corpus);
  prepareCacheFolder(cache);
  const files = corpus.texts.flatMap((text) => text.files);
  const key = [1, process.versions.unicode, corpus.description, await contentDigests(files, cache)];
  const path = join(cache, `splits-${sha256(key)}.json`);
  const known = readRecord(path);
  if (isComplete(known, corpus)) return known;
  const digests = await computed(corpus);
  writeRecord(path, digests);
  return digests;
}

async function computed(corpus: OpenCorpus): Promise<SplitDigests> {
  const digests: SplitDigests = {};
  for (const split of corpus.splits) digests[split] = await splitDigest(corpus, split);
  return digests;
}

function isComplete(found: unknown, { splits }: OpenCorpus): found is SplitDigests {
  if (typeof found !== 'object' || found === null) return false;
  const entries = splitNames.filter((name) => Object.hasOwn(found, name));
  return (
    entries.join() === splitNames.filter((name) => splits.includes(name)).join() &&
    entries.every((name) => /^[0-9a-f]{64}$/.test(String((found as SplitDigests)[name])))
  );
}
