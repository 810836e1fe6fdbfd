import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSessionsLog, readSessions } from '../../src/run/sessions-log.js';
import { failingFileSystem } from '../files/failing-file-system.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { userErrorOf } from '../foundation/thrown.js';

const time = '2026-01-02T03:04:05.678Z';
const begin = { type: 'begin', time, step: 0, steps: 9, tokens: 0, parameters: 5, engine: 'typed-array', threads: 1 };
const end = { type: 'end', time, reason: 'completed', step: 9, tokens: 90, seconds: 1.5, testLoss: 2.25 };
const log = () => join(temporaryFolder(), 'sessions.jsonl');
const lineOf = (value: unknown) => `${JSON.stringify(value)}\n`;

describe('the log of sessions', () => {
  it('is appended to, after the incomplete line of a session that was killed is removed', () => {
    const path = log();
    for (const line of [begin, end]) {
      const opened = openSessionsLog(path);
      opened.append(line);
      opened.close();
      writeFileSync(path, `${readFileSync(path, 'utf8')}{"type":"be`);
    }
    expect(readSessions(path)).toEqual([begin, end]);
    openSessionsLog(path).close();
    expect(readFileSync(path, 'utf8')).toBe(lineOf(begin) + lineOf(end));
  });

  it('has no sessions where there is no file', () => {
    expect(readSessions(log())).toEqual([]);
  });

  it.each([
    '',
    'begin',
    '[]',
    'null',
    lineOf({ ...begin, type: 'start' }),
    lineOf({ ...begin, step: '0' }),
    lineOf({ ...begin, engine: undefined }),
    lineOf({ ...end, reason: 'bored' }),
    lineOf({ ...end, seconds: null }),
    lineOf({ ...end, testLoss: 'low' }),
    lineOf({ ...end, message: 5 }),
    '{"type":"end","type":"end"}',
  ])('is read without a line that is not valid: %j', (line) => {
    const path = log();
    writeFileSync(path, `${lineOf(begin)}${line.trimEnd()}\n${lineOf(end)}`);
    expect(readSessions(path)).toEqual([begin, end]);
  });

  it('is closed again when it cannot be cut', () => {
    const path = log();
    writeFileSync(path, '{"type":"be');
    // Opening takes two operations, cutting the third, closing the fourth.
    const files = failingFileSystem({ at: 3, code: 'EIO', lasts: 'once' });
    expect(userErrorOf(() => openSessionsLog(path, files)).kind).toBe('disk');
    expect(files.count()).toBe(4);
  });
});
