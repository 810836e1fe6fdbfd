import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/files/lock.js';
import { createRandom } from '../../src/foundation/random.js';
import { testSeed } from '../random-seed.js';
import { compileRunRoom } from './compiled.js';
import { temporaryFolder } from './temporary-folder.js';

describe('a lock among processes', () => {
  let compiled: ReturnType<typeof compileRunRoom>;
  beforeAll(() => {
    compiled = compileRunRoom();
  });
  afterAll(() => compiled.remove());

  /** Runs a module with `acquireLock` and `path` in scope; resolves to its exit code, null when it was killed. */
  async function run(body: string, path: string, running = new Set<ChildProcess>()): Promise<{ code: number | null }> {
    const script = `
      import { acquireLock } from ${JSON.stringify(join(compiled.folder, 'files/lock.js'))};
      import { appendFileSync } from 'node:fs';
      const path = ${JSON.stringify(path)};
      const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
      ${body}`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    running.add(child);
    const [code] = await once(child, 'close');
    running.delete(child);
    return { code };
  }

  it('a process that ends, also by an exception, releases its lock', async () => {
    const folder = temporaryFolder();
    await run('acquireLock(path); process.exit(3);', join(folder, 'lock'));
    expect(readdirSync(folder)).toEqual([]);
    await run(
      'acquireLock(path); process.on("uncaughtException", () => process.exit(1)); throw new Error();',
      join(folder, 'lock'),
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('the lock of a killed process is taken over', async () => {
    const path = join(temporaryFolder(), 'lock');
    await run('acquireLock(path); process.kill(process.pid, "SIGKILL"); pause(10000);', path);
    expect(existsSync(path)).toBe(true);
    acquireLock(path).release();
    expect(existsSync(path)).toBe(false);
  });

  it('is held by one of several processes at a time, while any of them may be killed at any moment', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'lock');
    const journal = join(folder, 'journal');
    const end = Date.now() + 2500;
    // Whoever has the lock writes two lines. If nobody else came in between, they stand together.
    const body = `
      while (Date.now() < ${end}) {
        let lock;
        try { lock = acquireLock(path); } catch (error) { if (error.kind !== 'locked') throw error; continue; }
        appendFileSync(${JSON.stringify(journal)}, process.pid + ' in\\n');
        pause(1);
        appendFileSync(${JSON.stringify(journal)}, process.pid + ' out\\n');
        lock.release();
      }`;
    const running = new Set<ChildProcess>();
    const slot = async (): Promise<void> => {
      while (Date.now() < end) expect([0, null]).toContain((await run(body, path, running)).code);
    };
    const random = createRandom(testSeed);
    const killer = setInterval(() => {
      if (running.size > 0) [...running][random.integer(running.size)]!.kill('SIGKILL');
    }, 100);
    await Promise.all([slot(), slot(), slot(), slot()]);
    clearInterval(killer);

    const lines = readFileSync(journal, 'utf8').trim().split('\n');
    for (let i = 0; i < lines.length; i++) {
      const [pid, what] = lines[i]!.split(' ');
      if (what === 'in' && lines[i + 1] !== `${pid} out`) {
        const later = lines.slice(i + 1).filter((line) => line.startsWith(`${pid} `));
        expect(later, 'lines of a process that was killed while it had the lock').toEqual([]);
      }
    }
    expect(lines.length).toBeGreaterThan(20);
    acquireLock(path).release();
    expect(readdirSync(folder)).toEqual(['journal']);
  });
});
