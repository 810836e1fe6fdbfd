import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fastest } from '../../bench/contestants.mjs';
import { type Contestant, interleave, measure, type Task } from '../../bench/measurement.mjs';

const task: Task = { seconds: 3, cell: 'LSTM', inference: false };

/** A contestant that runs a script; what it is given is in `process.argv` and `process.env`. */
function contestant(name: string, script: string, env: Record<string, string> = {}): Contestant {
  return { name, command: process.execPath, args: ['-e', script, '--'], env };
}

const echo = 'console.log("warming up"); console.log(JSON.stringify({ tokensPerSecond: 5, args: process.argv.slice(1) }))';

describe('measure', () => {
  it('gives the size and the task to the command and reads its last line', async () => {
    expect(await measure(contestant('echo', echo), 'charrnn', task)).toEqual({
      tokensPerSecond: 5,
      args: ['charrnn', '--seconds', '3'],
    });
    const { args } = await measure(contestant('echo', echo), 'tiny512', { seconds: 1, cell: 'GRU', inference: true });
    expect(args).toEqual(['tiny512', '--seconds', '1', '--cell', 'GRU', '--inference']);
  });

  it.each([
    [
      'fails',
      'console.log(JSON.stringify({ tokensPerSecond: 5 })); console.error("out of oil"); process.exit(3)',
      'out of oil',
    ],
    ['prints no JSON', 'console.log("fast")', 'no figure'],
    ['prints nothing', '', 'no figure'],
    ['counts no tokens', 'console.log(JSON.stringify({ tokensPerSecond: 0 }))', 'no figure'],
  ])('refuses a contestant that %s', async (_, script, message) => {
    await expect(measure(contestant('lame', script), 'charrnn', task)).rejects.toThrow(message);
  });
});

describe('alternating runs', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'textloom-bench-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Writes its name to a log, and is as fast as asked. */
  function logging(name: string, tokensPerSecond: number): Contestant {
    const script = `require('node:fs').appendFileSync(process.env.LOG, '${name} ');
      console.log(JSON.stringify({ tokensPerSecond: ${tokensPerSecond} }))`;
    return contestant(name, script, { LOG: join(folder, 'log') });
  }

  it('interleave lets every contestant run once in every round', async () => {
    const told: string[] = [];
    const figures = await interleave([logging('a', 1), logging('b', 2)], 'charrnn', 2, task, (name, speed, round) => {
      told.push(`${round} ${name} ${speed}`);
    });
    expect(figures).toEqual({ a: [1, 1], b: [2, 2] });
    expect(told).toEqual(['1 a 1', '1 b 2', '2 a 1', '2 b 2']);
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('a b a b ');
  });

  it('fastest chooses the setting with the best figure, and leaves out those that fail', async () => {
    const failing = contestant('failing', 'process.exit(1)', {});
    const settings = [logging('slow', 1), failing, logging('fast', 3), logging('middling', 2)];
    expect((await fastest(settings, 'charrnn', task)).name).toBe('fast');
    await expect(fastest([failing], 'charrnn', task)).rejects.toThrow('code 1');
  });
});
