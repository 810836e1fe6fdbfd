import { kindOf } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import type { CorpusFile } from './catalogue.js';
import {
  appendToPartialFile,
  beginPartialFile,
  completePartialFile,
  digestOfFile,
  digestPartialFile,
  findPartialFile,
  removePartialFile,
  usableVersion,
} from './partial-file.js';
import { type Answer, type Patience, request, patience as usualPatience } from './request.js';

export interface FetchOptions {
  readonly file: CorpusFile;
  /** Where it comes from: the file's own address, or a mirror's. */
  readonly address: URL;
  /** Path that it is written to. */
  readonly target: string;
  /** Hears of the bytes that are there, those of an earlier attempt included. */
  readonly onProgress?: (bytes: number) => void;
  /** How slow the server may be. */
  readonly patience?: Patience;
}

/** What came of it: downloaded, whole or the rest; or nothing was to be done. */
export type FetchOutcome = 'downloaded' | 'resumed' | 'present';

/**
 * Downloads a file, going on with what an earlier attempt has left, and lets it appear under its name only when size and SHA-256
 * are the known ones.
 *
 * @throws UserError 'usage' when another file, or a folder, stands at the target; 'data' when the server has not got the file, the connection
 *   breaks (what has arrived is kept) or the bytes are not the known ones (they are removed); 'disk'.
 */
export async function fetchFile(options: FetchOptions): Promise<FetchOutcome> {
  const { file, address, target, onProgress = () => undefined, patience = usualPatience } = options;
  const standing = kindOf(target);
  if (standing === 'file') return present(file, target);
  if (standing !== undefined) {
    const kind = standing === 'folder' ? 'a folder' : 'a pipe or a device';
    throw new UserError('usage', `${target} is ${kind}, where ${file.name} is to be: move it away, or choose another --output`);
  }
  const part = findPartialFile(target);
  if (part.length > file.bytes) removePartialFile(target);
  const whole = part.length === file.bytes;
  const outcome = whole ? 'resumed' : await download({ file, address, target, onProgress, patience });
  verify(file, address, target);
  completePartialFile(target);
  return outcome;
}

function present(file: CorpusFile, target: string): FetchOutcome {
  if (digestOfFile(target) === file.sha256) return 'present';
  throw new UserError('usage', `${target} exists and is not ${file.name}: move it away, or choose another --output`);
}

async function download({ file, address, target, onProgress, patience }: Required<FetchOptions>): Promise<FetchOutcome> {
  const { length, version } = findPartialFile(target);
  const resumable = length > 0 && version !== undefined;
  // If-Range: when the file is another one by now, the server sends all of it instead of a rest that does not fit.
  const headers: Record<string, string> = resumable ? { range: `bytes=${length}-`, 'if-range': version } : {};
  const answer = await request(address, headers, patience);
  try {
    const resumed = answer.status === 206 && resumable;
    if (answer.status !== 200 && !resumed) throw refused(answer.status, address, target);
    const from = resumed ? length : 0;
    if (resumed) checkRange(answer, { address, target, from, bytes: file.bytes });
    else beginPartialFile(target, validatorOf(answer));
    let arrived = from;
    onProgress(arrived);
    const pieces = atMost(answer.body(), file.bytes - from, () => tooLong(file, address, target));
    await appendToPartialFile(target, pieces, (count) => {
      arrived += count;
      onProgress(arrived);
    });
    if (arrived < file.bytes) throw truncated(file, address, arrived);
    return resumed ? 'resumed' : 'downloaded';
  } finally {
    answer.close();
  }
}

/** What identifies the version of a file, as If-Range takes it: a strong ETag, or else a date. */
function validatorOf({ headers }: Answer): string | undefined {
  const tag = headers.get('etag');
  return usableVersion((tag?.startsWith('"') ? tag : headers.get('last-modified')) ?? undefined);
}

interface Resumption {
  readonly address: URL;
  readonly target: string;
  readonly from: number;
  readonly bytes: number;
}

function checkRange({ headers }: Answer, { address, target, from, bytes }: Resumption): void {
  const range = headers.get('content-range') ?? '';
  if (range.replace(/\s+/g, ' ') === `bytes ${from}-${bytes - 1}/${bytes}`) return;
  removePartialFile(target);
  const found = JSON.stringify(range.slice(0, 60));
  throw new UserError(
    'data',
    `${address.href}: the server went on with ${found}, where bytes ${from}-${bytes - 1}/${bytes} is expected. ` +
      'The part is removed: run the command again to begin anew.',
  );
}

async function* atMost(pieces: AsyncIterable<Uint8Array>, limit: number, error: () => Error): AsyncGenerator<Uint8Array> {
  let rest = limit;
  for await (const piece of pieces) {
    rest -= piece.length;
    if (rest < 0) throw error();
    yield piece;
  }
}

function verify(file: CorpusFile, address: URL, target: string): void {
  const digest = digestPartialFile(target);
  if (digest === file.sha256) return;
  removePartialFile(target);
  throw new UserError(
    'data',
    `${address.href}: these are not the bytes of ${file.name}: their SHA-256 is ${digest}, where ${file.sha256} is expected. ` +
      'The file is removed. Run the command again, or take it from a --mirror.',
  );
}

function refused(status: number, address: URL, target: string): UserError {
  // What the server cannot go on with is of no use.
  if (status === 416) removePartialFile(target);
  const advice =
    status === 404 || status === 410
      ? 'The file is not there any more: take it from a --mirror.'
      : 'Run the command again later, or take the file from a --mirror.';
  return new UserError('data', `${address.href}: the server answered ${status}. ${advice}`);
}

function tooLong(file: CorpusFile, address: URL, target: string): UserError {
  removePartialFile(target);
  return new UserError(
    'data',
    `${address.href}: more bytes than the ${file.bytes} of ${file.name}: it is another file. What arrived is removed.`,
  );
}

function truncated(file: CorpusFile, address: URL, arrived: number): UserError {
  return new UserError(
    'data',
    `${address.href}: the download ended after ${arrived} of ${file.bytes} bytes. Run the command again: it goes on there.`,
  );
}
