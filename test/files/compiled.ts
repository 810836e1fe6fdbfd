import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Compiles src/run/run-directory.ts and what it imports, for tests that need processes of their own to kill.
 *
 * @returns the folder that then holds `run/` and `files/` as JavaScript; delete it with the function beside it
 */
export function compileRunRoom(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'textloom-compiled-'));
  const flags = [
    '--ignoreConfig',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    'node',
    '--skipLibCheck',
    '--strict',
  ];
  execFileSync(process.execPath, [
    resolve('node_modules/typescript/bin/tsc'),
    ...flags,
    '--rootDir',
    'src',
    '--outDir',
    folder,
    'src/run/run-directory.ts',
  ]);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
