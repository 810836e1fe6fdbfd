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
  /** The address to download from: the file's own, or a mirror's. */
  readonly address: URL;
  /** The path to write to. */
  readonly target: string;
  /** Called with the number of bytes present, including those of an earlier attempt. */
  readonly onProgress?: (bytes: number) => void;
  /** Limits on a slow server. */
  readonly patience?: Patience;
}

/** The outcome: completely downloaded, resumed, or already present. */
export type FetchOutcome = 'downloaded' | 'resumed' | 'present';

/**
 * Downloads a file, resuming an earlier attempt. The file appears under its name only when size and SHA-256 match.
 *
 * @throws UserError 'usage' when another file, or a folder, exists at the target; 'data' when the server does not have the file, the
 *   connection breaks (received bytes are kept) or size or SHA-256 do not match (the bytes are deleted); 'disk'
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
  // If-Range: if the file has changed meanwhile, the server sends all of it instead of a rest that does not match.
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

/** The validator of a file's version, as If-Range accepts it: a strong ETag, or else a date. */
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
    `${address.href}: the server continued with ${found}, where bytes ${from}-${bytes - 1}/${bytes} is expected. ` +
      'The partial file is removed: run the command again to start over.',
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
  // The server cannot resume this part, so it is deleted.
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
    `${address.href}: the download ended after ${arrived} of ${file.bytes} bytes. Run the command again to continue there.`,
  );
}
