/**
 * An exclusive lock on a folder. The lock is a file that names its holder. It is created as a hard link to a file that is already written,
 * so it appears complete; `link` refuses an existing name, so exactly one of several processes gets the lock.
 *
 * The lock of a dead holder is taken over, never deleted: between the check and the deletion it could become another process's lock. A
 * process that takes over from the dead holder X first creates the claim `lock.<id of X>`, which only one process can do, and then renames
 * its own lock file over X's. The claim of a process that died before its rename is taken over by the same rule. A claim counts only if the
 * lock is still X's after the claim was created: X is dead, so the lock remains X's until the claimant's rename, and claims are deleted
 * only after that.
 */
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../foundation/errors.js';
import { attempt, type FileSystem, nodeFileSystem, writeFully } from './file-system.js';
import { currentProcess, isRunning, type ProcessIdentity } from './process-identity.js';
import { readBeginning } from './regular-file.js';
import { asDiskError, isSystemError } from './system-errors.js';

export interface Lock {
  /** Gives the lock back; a second call does nothing. Happens by itself when the process exits. */
  release(): void;
}

/**
 * Takes the lock file at `path`, or takes it over when its holder no longer runs.
 *
 * @throws UserError `locked` when another process, or this one, holds it; `disk` when the operating system refuses
 */
export function acquireLock(path: string, files: FileSystem = nodeFileSystem): Lock {
  const self = currentProcess();
  const draft = join(dirname(path), `.${basename(path)}.${self.pid}.${self.id}`);
  const taker = { files, self, draft };
  try {
    writeIdentity(taker, draft);
    // A round without a result means that another process changed the lock meanwhile: try again.
    let rounds = 0;
    while (!claim(taker, path) && !succeed(taker, path)) if (++rounds === MOST_ROUNDS) throw notOurs(path);
  } catch (error) {
    throw asDiskError(error, path, 'Nothing else was changed.');
  } finally {
    attempt(() => files.unlink(draft));
  }
  attempt(() => sweep(files, path));
  return holdUntilExit(files, path, self);
}

/** Whether a process that runs holds the lock at `path`. A file that Textloom did not write counts as no lock. */
export function isLocked(path: string): boolean {
  try {
    const holder = readHolder(path);
    return holder !== undefined && isRunning(holder);
  } catch (error) {
    if (error instanceof UserError || isSystemError(error)) return false;
    throw error;
  }
}

/** How often other processes may be faster before this one gives up. */
const MOST_ROUNDS = 1000;
/** The longest chain of holders that died one after another while they took over. */
const MOST_CLAIMS = 100;
/** The most bytes that are read of a lock file; ours are shorter. */
const MOST_BYTES = 4096;

/** A process that tries to get a lock, and the file that it has written to become the lock. */
interface Taker {
  files: FileSystem;
  self: ProcessIdentity;
  draft: string;
}

function writeIdentity({ files, self }: Taker, path: string): void {
  const descriptor = files.open(path, 'create');
  try {
    writeFully(files, descriptor, Buffer.from(`${JSON.stringify(self)}\n`));
  } catch (error) {
    attempt(() => files.unlink(path));
    throw error;
  } finally {
    files.close(descriptor);
  }
}

/** Creates the lock or claim `name`; false when it exists. */
function claim(taker: Taker, name: string): boolean {
  try {
    taker.files.link(taker.draft, name);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error;
  }
  // A file system without hard links. Also exclusive, but the file is empty for a moment: a process that reads it then is refused.
  try {
    writeIdentity(taker, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes over from a holder that no longer runs; false when the lock changed or disappeared, so that the caller must start again. */
function succeed(taker: Taker, path: string): boolean {
  const { files, draft } = taker;
  const first = readHolder(path);
  let holder = first;
  for (let claims = 0; first && holder; claims++) {
    // Claims that others have written may form a cycle.
    if (claims === MOST_CLAIMS) throw notOurs(path);
    if (isRunning(holder)) throw lockedError(path, holder);
    const name = `${path}.${holder.id}`;
    if (claim(taker, name)) {
      try {
        if (readHolder(path)?.id !== first.id) return false;
        files.rename(draft, path);
        return true;
      } finally {
        attempt(() => files.unlink(name));
      }
    }
    holder = readHolder(name);
  }
  return false;
}

/**
 * The holder that a lock or claim names; undefined when there is no such file.
 *
 * @throws UserError `locked` for anything else at this path: a symbolic link, a pipe, a folder, another file
 */
function readHolder(path: string): ProcessIdentity | undefined {
  let text: string;
  try {
    text = readBeginning(path, MOST_BYTES, 'refuse').toString('utf8');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT') return undefined;
    if (['ELOOP', 'EISDIR', 'EFTYPE', 'ENXIO'].includes(error.code)) throw notOurs(path);
    throw error;
  }
  const holder = parseHolder(text);
  if (holder) return holder;
  throw notOurs(path);
}

function notOurs(path: string): UserError {
  return new UserError(
    'locked',
    `${path} is not a lock that Textloom wrote. If no other run uses the folder, delete ${path} (and files there whose names ` +
      `begin with ${basename(path)}.) and try again`,
  );
}

function parseHolder(text: string): ProcessIdentity | undefined {
  let value: Partial<ProcessIdentity> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { pid, host, started, id } = value ?? {};
  // The id becomes part of a file name, so only our form is accepted. `kill` with a number below 1 would address whole groups.
  const valid =
    Number.isSafeInteger(pid) &&
    (pid as number) > 0 &&
    typeof host === 'string' &&
    (started === undefined || typeof started === 'string') &&
    typeof id === 'string' &&
    /^[0-9a-f-]{36}$/.test(id);
  return valid ? (value as ProcessIdentity) : undefined;
}

function lockedError(path: string, { pid, host }: ProcessIdentity): UserError {
  const folder = dirname(path);
  if (host === hostname()) {
    const who = pid === process.pid ? 'this process itself' : `process ${pid}`;
    return new UserError(
      'locked',
      `${folder} is in use by ${who}: wait for it to end, stop it (kill ${pid}), or use another folder`,
    );
  }
  return new UserError(
    'locked',
    `${folder} is in use by process ${pid} on the machine ${host}. If that run has ended, delete ${path} and try again`,
  );
}

/** Deletes the drafts and claims of processes that were killed. */
function sweep(files: FileSystem, path: string): void {
  const folder = dirname(path);
  const pattern = new RegExp(`^(?:${basename(path)}|\\.${basename(path)}\\.(\\d+))\\.[0-9a-f-]{36}$`);
  for (const name of files.list(folder)) {
    const leftOver = pattern.exec(name);
    if (!leftOver) continue;
    attempt(() => {
      // A draft may be incomplete; its name contains the process id of its owner.
      const draftOf = leftOver[1] && { pid: Number(leftOver[1]), host: hostname(), id: '' };
      const holder = parseHolder(readBeginning(join(folder, name), MOST_BYTES, 'refuse').toString('utf8')) ?? draftOf;
      if (holder && !isRunning(holder)) files.unlink(join(folder, name));
    });
  }
}

function holdUntilExit(files: FileSystem, path: string, self: ProcessIdentity): Lock {
  const release = (): void => {
    process.off('exit', release);
    // If somebody deleted the lock and another run took it, it is no longer ours. A lock that remains is taken over like that of a killed
    // run.
    attempt(() => {
      if (readHolder(path)?.id === self.id) files.unlink(path);
    });
  };
  process.on('exit', release);
  return { release };
}
