import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { currentProcess, isRunning } from '../../src/files/process-identity.js';
import { offLinux } from '../outside-programs.js';

describe('isRunning', () => {
  it('distinguishes running processes from ended ones', () => {
    expect(isRunning(currentProcess())).toBe(true);
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    expect(isRunning({ pid, host: hostname(), id: '' })).toBe(false);
    expect(isRunning({ pid, host: 'elsewhere', id: '' })).toBe(true);
  });

  it.skipIf(offLinux)(`distinguishes a process from an earlier one of the same number${offLinux}`, () => {
    expect(isRunning({ ...currentProcess(), started: '1' })).toBe(false);
    // Field 22 of proc(5); the name in parentheses, field 2, has a space in some programs.
    const stat = readFileSync('/proc/self/stat', 'latin1');
    expect(currentProcess().started).toBe(stat.replace(/\(.*\)/, 'name').split(' ')[21]);
  });

  it.skipIf(offLinux)(`treats a zombie as ended${offLinux}`, async () => {
    // The shell becomes a second sleep, which never collects the first one.
    const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [output] = await once(parent.stdout, 'data');
      const pid = Number(String(output).trim());
      await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z '), { timeout: 10_000 });
      expect(isRunning({ pid, host: hostname(), id: '' })).toBe(false);
    } finally {
      parent.kill('SIGKILL');
    }
  });
});
