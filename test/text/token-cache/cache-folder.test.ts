import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import {
  boundCacheFolder,
  cachedFiles,
  prepareCacheFolder,
  sweepCacheFolder,
  touch,
  userCacheFolder,
} from '../../../src/text/token-cache/cache-folder.js';
import { temporaryFolder } from '../../files/temporary-folder.js';

test("the user's cache folder is where the system has it", () => {
  const on = (platform: string, environment: Record<string, string> = {}) =>
    userCacheFolder({ platform, environment, home: '/home/me' }).replaceAll('\\', '/');
  expect(on('linux')).toBe('/home/me/.cache/textloom');
  expect(on('linux', { XDG_CACHE_HOME: '/fast/cache' })).toBe('/fast/cache/textloom');
  expect(on('linux', { XDG_CACHE_HOME: 'relative' })).toBe('/home/me/.cache/textloom');
  expect(on('darwin')).toBe('/home/me/Library/Caches/textloom');
  expect(on('win32', { LOCALAPPDATA: 'C:/Local' })).toBe('C:/Local/textloom/cache');
});

test('a folder that cannot be created is a disk error with advice', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  expect(() => prepareCacheFolder(join(file, 'cache'))).toThrow(expect.objectContaining({ kind: 'disk' }));
  expect(() => prepareCacheFolder(join(file, 'cache'))).toThrow(/corpus.cache: off/);
});

test('files left by killed runs are deleted after a day, and nothing else', () => {
  const folder = temporaryFolder();
  const hour = 3600;
  const ages = { '.old.bin.0.4000000.tmp': 25, '.new.bin.0.4000000.tmp': 23, 'tokens.bin': 0, 'other.bin': 1000 };
  for (const [name, age] of Object.entries(ages)) {
    writeFileSync(join(folder, name), '');
    const time = Date.now() / 1000 - age * hour;
    utimesSync(join(folder, name), time, time);
  }
  sweepCacheFolder(folder, join(folder, 'tokens.bin'));
  expect(readdirSync(folder).sort()).toEqual(['.new.bin.0.4000000.tmp', 'other.bin', 'tokens.bin']);
});

test('the files that were used least recently are deleted when there are too many bytes, and files of others never', () => {
  const folder = temporaryFolder();
  const name = (digit: number) => `tokens-${String(digit).repeat(64)}.bin`;
  const now = Date.now() / 1000;
  for (const digit of [1, 2, 3, 4]) {
    writeFileSync(join(folder, name(digit)), 'x'.repeat(100));
    utimesSync(join(folder, name(digit)), now, now - 100 * digit);
  }
  writeFileSync(join(folder, 'tokens-mine.bin'), 'x'.repeat(1000));
  touch(join(folder, name(3)));
  expect(cachedFiles(folder).map(({ path, bytes }) => [basename(path), bytes])).toEqual(
    [3, 1, 2, 4].map((digit) => [name(digit), 100]),
  );
  boundCacheFolder(folder, join(folder, name(4)), 300);
  expect(readdirSync(folder).sort()).toEqual([name(1), name(3), name(4), 'tokens-mine.bin']);
  boundCacheFolder(folder, join(folder, name(4)), 50);
  expect(readdirSync(folder).sort()).toEqual([name(4), 'tokens-mine.bin']);
});
