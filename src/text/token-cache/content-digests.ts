import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../../foundation/errors.js';
import { unreadable } from '../reading/unreadable.js';
import { readRecord, sha256, writeRecord } from './records.js';

/** Identifies the content of a file without reading it. */
interface Fingerprint {
  path: string;
  size: string;
  modified: string;
  inode: string;
}

interface KnownFile extends Fingerprint {
  sha256: string;
}

/**
 * Nanoseconds by which a file must be older than the record about it. A file that is written again within the resolution of its
 * modification time looks unchanged; git calls this a racy entry.
 */
const GRAIN = 1_000_000_000n;

/**
 * The SHA-256 of the bytes of each file. A file is not read again if its size, modification time (in nanoseconds) and inode are unchanged
 * since it was read.
 *
 * @param folder where the records are stored
 * @throws UserError 'data' when a file cannot be read, 'disk' when the record cannot be written
 */
export async function contentDigests(files: readonly string[], folder: string): Promise<string[]> {
  const note = join(folder, `sources-${sha256(files.map((file) => resolve(file)))}.json`);
  const known = knownFiles(note);
  const all: KnownFile[] = [];
  let isNew = false;
  for (const file of files) {
    const now = await fingerprint(file);
    const before = known.get(now.path);
    const same = before !== undefined && sameFile(before, now);
    all.push(same ? before : { ...now, sha256: await digestOf(file) });
    isNew ||= !same;
    if (!same && !sameFile(now, await fingerprint(file))) throw changed(file);
  }
  if (isNew) writeRecord(note, all);
  return all.map((file) => file.sha256);
}

/** The files of a record that are old enough to be reliable. */
function knownFiles(note: string): Map<string, KnownFile> {
  const record = readRecord(note);
  if (!Array.isArray(record) || !record.every(isKnownFile)) return new Map();
  const written = statSync(note, { bigint: true }).mtimeNs;
  return new Map(record.filter(({ modified }) => BigInt(modified) + GRAIN < written).map((file) => [file.path, file]));
}

function isKnownFile(file: unknown): file is KnownFile {
  if (typeof file !== 'object' || file === null) return false;
  const { path, size, modified, inode, sha256: digest } = file as Partial<Record<keyof KnownFile, unknown>>;
  const isNumber = (text: unknown) => typeof text === 'string' && /^\d{1,20}$/.test(text);
  return (
    typeof path === 'string' &&
    [size, modified, inode].every(isNumber) &&
    typeof digest === 'string' &&
    /^[0-9a-f]{64}$/.test(digest)
  );
}

async function fingerprint(file: string): Promise<Fingerprint> {
  try {
    const { size, mtimeNs, ino } = await stat(file, { bigint: true });
    return { path: resolve(file), size: String(size), modified: String(mtimeNs), inode: String(ino) };
  } catch (error) {
    throw unreadable(file, error as NodeJS.ErrnoException);
  }
}

const sameFile = (a: Fingerprint, b: Fingerprint) => a.size === b.size && a.modified === b.modified && a.inode === b.inode;

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const bytes of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(bytes as Uint8Array);
  } catch (error) {
    throw unreadable(file, error as NodeJS.ErrnoException);
  }
  return hash.digest('hex');
}

const changed = (file: string) =>
  new UserError('data', `${file} was changed while it was read. Start again when it is complete.`);

/** Checks that files have not changed since {@link contentDigests} read them. @throws UserError 'data' for one that has */
export async function checkUnchanged(files: readonly string[], digests: readonly string[], folder: string): Promise<void> {
  const again = await contentDigests(files, folder);
  const index = digests.findIndex((digest, i) => digest !== again[i]);
  if (index >= 0) throw changed(files[index]!);
}
