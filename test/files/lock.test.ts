import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FileSystem, nodeFileSystem } from '../../src/files/file-system.js';
import { acquireLock } from '../../src/files/lock.js';
import { currentProcess, type ProcessIdentity } from '../../src/files/process-identity.js';
import { userErrorOf } from '../foundation/thrown.js';
import { offLinux } from '../outside-programs.js';
import { failingFileSystem } from './failing-file-system.js';
import { temporaryFolder } from './temporary-folder.js';

/** A process that has ended: its number is free, or somebody else's by now. */
function deadProcess(): ProcessIdentity {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  return { ...currentProcess(), pid, started: '1' };
}

function writeLock(path: string, holder: object): void {
  writeFileSync(path, JSON.stringify(holder));
}

describe('acquireLock', () => {
  it('creates a file that names its holder, and deletes it on release', () => {
    const folder = temporaryFolder();
    const lock = acquireLock(join(folder, 'lock'));
    expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
    expect(readdirSync(folder)).toEqual(['lock']);
    lock.release();
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses a second holder, naming the first and what to do', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'lock');
    const lock = acquireLock(path);
    const mine = userErrorOf(() => acquireLock(path));
    expect([mine.kind, mine.exitCode]).toEqual(['locked', 6]);
    expect(mine.message).toContain(`${folder} is in use by this process itself`);
    lock.release();

    writeLock(path, { ...currentProcess(), pid: process.ppid, started: undefined });
    const parents = userErrorOf(() => acquireLock(path));
    expect(parents.message).toContain(`in use by process ${process.ppid}: wait for it to end, stop it (kill ${process.ppid})`);
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it('refuses a lock of another machine, and says which file to delete', () => {
    const path = join(temporaryFolder(), 'lock');
    writeLock(path, { ...deadProcess(), host: 'elsewhere' });
    expect(userErrorOf(() => acquireLock(path)).message).toMatch(
      /on the machine elsewhere\. If that run has ended, delete .*lock and/,
    );
  });

  it('takes over from a process that has ended', () => {
    const folder = temporaryFolder();
    writeLock(join(folder, 'lock'), deadProcess());
    acquireLock(join(folder, 'lock')).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.skipIf(offLinux)(`takes over when the number of the dead process belongs to a later one${offLinux}`, () => {
    const path = join(temporaryFolder(), 'lock');
    writeLock(path, { ...currentProcess(), started: '1' });
    acquireLock(path).release();
    expect(existsSync(path)).toBe(false);
  });

  it('takes over when earlier claimants died, and deletes their files', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'lock');
    const [first, second, third, draft] = [deadProcess(), deadProcess(), deadProcess(), deadProcess()];
    writeLock(path, first);
    writeLock(`${path}.${first.id}`, second);
    writeLock(`${path}.${second.id}`, third);
    writeLock(join(folder, `.lock.${draft.pid}.${draft.id}`), draft);
    writeFileSync(join(folder, `.lock.${draft.pid}.${currentProcess().id}`), '{"pid":');
    const lock = acquireLock(path);
    expect(readdirSync(folder)).toEqual(['lock']);
    lock.release();
  });

  it('refuses when a running claimant is about to take over', () => {
    const path = join(temporaryFolder(), 'lock');
    const dead = deadProcess();
    writeLock(path, dead);
    writeLock(`${path}.${dead.id}`, currentProcess());
    expect(userErrorOf(() => acquireLock(path)).kind).toBe('locked');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ id: dead.id });
  });

  it('gives way when another claimant finished between its check and its claim', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'lock');
    const dead = deadProcess();
    writeLock(path, dead);
    const winner = { ...currentProcess(), pid: process.ppid, started: undefined };
    const files: FileSystem = {
      ...nodeFileSystem,
      link(from, to) {
        // The winner has renamed, and deleted its claim, just before this one is made.
        if (to === `${path}.${dead.id}`) writeLock(path, winner);
        nodeFileSystem.link(from, to);
      },
    };
    expect(userErrorOf(() => acquireLock(path, files)).message).toContain(`process ${process.ppid}`);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ id: winner.id });
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it.each<[string, (path: string) => void]>([
    ['a dangling symbolic link', (path) => symlinkSync('/nowhere/at/all', path)],
    [
      'a symbolic link to a lock',
      (path) => {
        writeLock(`${path}-elsewhere`, deadProcess());
        symlinkSync(`${path}-elsewhere`, path);
      },
    ],
    ['a named pipe', (path) => execFileSync('mkfifo', [path])],
    ['a folder', (path) => mkdirSync(path)],
    ['an empty file', (path) => writeFileSync(path, '')],
    ['a holder whose number names a group of processes', (path) => writeLock(path, { ...deadProcess(), pid: 0 })],
    ['a holder whose number is no whole number', (path) => writeLock(path, { ...deadProcess(), pid: 1.5 })],
    ['a holder whose host is no text', (path) => writeLock(path, { ...deadProcess(), host: 7 })],
    ['a holder whose beginning is no text', (path) => writeLock(path, { ...deadProcess(), started: 7 })],
    ['a holder whose id is no text', (path) => writeLock(path, { ...deadProcess(), id: [currentProcess().id] })],
    ['a holder whose id is a path', (path) => writeLock(path, { ...deadProcess(), id: `../${'a'.repeat(33)}` })],
    [
      'claims that name each other in a circle',
      (path) => {
        const [a, b] = [deadProcess(), deadProcess()];
        writeLock(path, a);
        writeLock(`${path}.${a.id}`, b);
        writeLock(`${path}.${b.id}`, a);
      },
    ],
    [
      'a claim that is a named pipe',
      (path) => {
        const dead = deadProcess();
        writeLock(path, dead);
        execFileSync('mkfifo', [`${path}.${dead.id}`]);
      },
    ],
  ])('refuses %s in the place of a lock, and leaves it there', (_, put) => {
    const folder = temporaryFolder();
    const path = join(folder, 'lock');
    put(path);
    const before = readdirSync(folder).sort();
    const error = userErrorOf(() => acquireLock(path));
    expect([error.kind, error.message]).toEqual(['locked', expect.stringMatching(/not a lock that Textloom wrote.*delete/)]);
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  it('does not wait for a named pipe among the files that it cleans up', () => {
    const folder = temporaryFolder();
    execFileSync('mkfifo', [join(folder, `.lock.1.${currentProcess().id}`)]);
    acquireLock(join(folder, 'lock')).release();
  });

  it.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])('works where there are no hard links: %s', (code) => {
    const path = join(temporaryFolder(), 'lock');
    const files: FileSystem = {
      ...nodeFileSystem,
      link() {
        throw Object.assign(new Error(code), { code, syscall: 'link' });
      },
    };
    writeLock(path, deadProcess());
    const lock = acquireLock(path, files);
    expect(userErrorOf(() => acquireLock(path, files)).kind).toBe('locked');
    lock.release();
    acquireLock(path, files).release();
    expect(existsSync(path)).toBe(false);
  });

  it.each(['', 'garbage', 'null', '{"pid":0}', '{"pid":7,"host":"h","id":"../../outside"}'])(
    'does not take over the foreign file %j',
    (text) => {
      const path = join(temporaryFolder(), 'lock');
      writeFileSync(path, text);
      expect(userErrorOf(() => acquireLock(path)).message).toContain('is not a lock that Textloom wrote');
      expect(readFileSync(path, 'utf8')).toBe(text);
    },
  );

  it('leaves no lock behind when an operation fails before it is taken', () => {
    for (const stale of [false, true]) {
      for (let at = 1; at <= 5 + (stale ? 2 : 0); at++) {
        const folder = temporaryFolder();
        const path = join(folder, 'lock');
        if (stale) writeLock(path, deadProcess());
        const before = stale ? readFileSync(path, 'utf8') : undefined;
        const files = failingFileSystem({ at, code: 'ENOSPC', lasts: 'once' });
        let lock: { release(): void } | undefined;
        try {
          lock = acquireLock(path, files);
        } catch (error) {
          expect(error).toMatchObject({ name: 'UserError', kind: 'disk' });
          expect(existsSync(path) ? readFileSync(path, 'utf8') : undefined).toBe(before);
        }
        lock?.release();
        acquireLock(path).release();
        expect(existsSync(path)).toBe(false);
      }
    }
  });

  it('tries again when the lock that it found is gone before it is read', () => {
    const path = join(temporaryFolder(), 'lock');
    let links = 0;
    const files: FileSystem = {
      ...nodeFileSystem,
      link(from, to) {
        if (++links === 1) throw Object.assign(new Error('EEXIST'), { code: 'EEXIST', syscall: 'link' });
        nodeFileSystem.link(from, to);
      },
    };
    const lock = acquireLock(path, files);
    expect(links).toBe(2);
    expect(userErrorOf(() => acquireLock(path)).kind).toBe('locked');
    lock.release();
  });

  it('does not delete the lock of another process that took it after the file was deleted by hand', () => {
    const path = join(temporaryFolder(), 'lock');
    const lock = acquireLock(path);
    const other = { ...currentProcess() };
    writeLock(path, other);
    lock.release();
    expect(JSON.parse(readFileSync(path, 'utf8')).id).toBe(other.id);
  });
});

describe('processes that compete for a lock', () => {
  /**
   * Three takers of one lock: the first is held up before its i-th operation while the second runs, which is held up before
   * its j-th while the third runs from end to end. Calls `whenTaken` whenever one of them gets the lock.
   */
  function threeTakers(path: string, pauses: readonly number[], whenTaken: (lock: { release(): void }) => void): void {
    const [pause, ...others] = pauses;
    let count = 0;
    const files = { ...nodeFileSystem };
    for (const [name, operation] of Object.entries(nodeFileSystem) as [keyof FileSystem, (...values: unknown[]) => unknown][]) {
      files[name] = ((...values: unknown[]) => {
        if (++count === pause) threeTakers(path, others, whenTaken);
        return operation(...values);
      }) as never;
    }
    try {
      whenTaken(acquireLock(path, files));
    } catch (error) {
      expect(error).toMatchObject({ kind: 'locked' });
    }
  }

  const operations = Array.from({ length: 12 }, (_, i) => i + 1);
  for (const stale of [false, true]) {
    it(`never hold ${stale ? 'a dead process’s' : 'a free'} lock together, wherever they are held up`, () => {
      const dead = deadProcess();
      for (const i of operations) {
        for (const j of operations) {
          const path = join(temporaryFolder(), 'lock');
          if (stale) writeLock(path, dead);
          const held: { release(): void }[] = [];
          threeTakers(path, [i, j, 0], (lock) => held.push(lock));
          expect(held, `held up at ${i} and ${j}`).toHaveLength(1);
          held[0]!.release();
          expect(existsSync(path)).toBe(false);
        }
      }
    });

    it(`all get ${stale ? 'a dead process’s' : 'a free'} lock, one after the other, when each gives it back`, () => {
      const dead = deadProcess();
      for (const i of operations.slice(0, 4)) {
        for (const j of operations.slice(0, 4)) {
          const path = join(temporaryFolder(), 'lock');
          if (stale) writeLock(path, dead);
          let taken = 0;
          threeTakers(path, [i, j, 0], (lock) => {
            taken++;
            lock.release();
          });
          // A claim in the way of the dead one's lock counts as a running holder, so some may be refused.
          expect(taken).toBeGreaterThanOrEqual(stale ? 1 : 3);
          expect(readdirSync(join(path, '..'))).toEqual([]);
        }
      }
    });
  }
});
