import { join } from 'node:path';
import { createNativeSha256 } from '../files/native-sha256.js';
import type { OpenCorpus } from './corpus.js';
import { computedSplitDigests, type SplitDigests } from './split-digest.js';
import { splitNames } from './splits.js';
import { prepareCacheFolder } from './token-cache/cache-folder.js';
import { contentDigests } from './token-cache/content-digests.js';
import { readRecord, sha256, writeRecord } from './token-cache/records.js';

/**
 * The digests of all splits.
 *
 * @param cache folder in which the digests of a large corpus are stored, so that it is read for them only once
 */
export async function splitDigests(corpus: OpenCorpus, cache: string | undefined): Promise<SplitDigests> {
  if (cache === undefined) return computedSplitDigests(corpus, createNativeSha256);
  prepareCacheFolder(cache);
  const files = corpus.texts.flatMap((text) => text.files);
  const key = [1, process.versions.unicode, corpus.description, await contentDigests(files, cache)];
  const path = join(cache, `splits-${sha256(key)}.json`);
  const known = readRecord(path);
  if (isComplete(known, corpus)) return known;
  const digests = await computedSplitDigests(corpus, createNativeSha256);
  writeRecord(path, digests);
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
