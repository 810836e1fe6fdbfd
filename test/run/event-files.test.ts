import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEventFile, deleteEventFiles, listEventFiles } from '../../src/run/event-files.js';
import { failingFileSystem } from '../files/failing-file-system.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { userErrorOf } from '../foundation/thrown.js';

const bytes = Buffer.from('a record');

describe('an event file', () => {
  it('is named by the time, the machine and the process, and sorts after all others', () => {
    const folder = join(temporaryFolder(), 'new/logs');
    const names = [1_700_000_000.9, 1_700_000_000.1, 5, 1_800_000_000].map((seconds) => {
      const file = createEventFile(folder, seconds);
      file.close();
      return basename(file.path);
    });
    const host = hostname().replace(/[^\w.-]/g, '_');
    const of = (seconds: number) => `events.out.tfevents.${seconds}.${host}.${process.pid}.0`;
    expect(names).toEqual([1_700_000_000, 1_700_000_001, 1_700_000_002, 1_800_000_000].map(of));
    expect(listEventFiles(folder).map((path) => basename(path))).toEqual(names);
    const early = createEventFile(join(folder, 'other'), 7);
    early.close();
    expect(basename(early.path)).toMatch(/^events\.out\.tfevents\.0000000007\./);
  });

  it('contains every complete record at once, and nothing of one that found no room', () => {
    const folder = temporaryFolder();
    const file = createEventFile(folder, 1);
    file.append(bytes);
    expect(readFileSync(file.path)).toEqual(bytes);
    file.close();
    for (let at = 1; at <= 6; at++) {
      const files = failingFileSystem({ at, code: 'ENOSPC', lasts: 'once' });
      const place = join(temporaryFolder(), 'logs');
      const write = () => {
        const log = createEventFile(place, 1, files);
        log.append(bytes);
        log.append(bytes);
        log.sync();
        log.close();
      };
      const { kind, message } = userErrorOf(write);
      expect([at, kind, message]).toEqual([at, 'disk', expect.stringContaining('the disk is full')]);
      const [path] = existsSync(place) ? listEventFiles(place) : [];
      if (path !== undefined) expect(readFileSync(path).length % bytes.length).toBe(0);
    }
  });

  it('is not created in a folder that is a symbolic link or a file', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'link'));
    writeFileSync(join(folder, 'file'), 'mine');
    expect(userErrorOf(() => createEventFile(join(folder, 'link'), 1)).message).toContain('is a symbolic link');
    expect(userErrorOf(() => createEventFile(join(folder, 'file'), 1)).kind).toBe('disk');
    expect([readdirSync(join(folder, 'elsewhere')), readFileSync(join(folder, 'file'), 'utf8')]).toEqual([[], 'mine']);
  });
});

describe('deleteEventFiles', () => {
  it('deletes event files and nothing else, and the folder if it is empty then', () => {
    const folder = join(temporaryFolder(), 'logs');
    deleteEventFiles(folder);
    createEventFile(folder, 1).close();
    createEventFile(folder, 1).close();
    writeFileSync(join(folder, 'events.out.tfevents.txt'), 'mine');
    deleteEventFiles(folder);
    expect(readdirSync(folder)).toEqual(['events.out.tfevents.txt']);
    const other = join(temporaryFolder(), 'logs');
    createEventFile(other, 1).close();
    deleteEventFiles(other);
    expect(existsSync(other)).toBe(false);
  });
});
