import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const executable = fileURLToPath(new URL('../bin/textloom.js', import.meta.url));

/**
 * Runs the real command.
 *
 * @param {readonly string[]} args
 * @param {readonly number[]} expected exit codes that are no error, besides 0
 * @returns {{ status: number, stdout: string }}
 */
export function textloom(args, expected = []) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [executable, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status === null || ![0, ...expected].includes(status))
    throw new Error(`textloom ${args[0]} ended with ${status}: ${stderr}`);
  return { status, stdout };
}
