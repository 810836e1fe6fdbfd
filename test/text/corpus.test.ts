import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { loadCorpus, readTextFile } from '../../src/text/corpus.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'textloom-corpus-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function failure(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).kind).toBe('data');
  return error as UserError;
}

describe('reading a text file', () => {
  it('keeps everything but a byte order mark', async () => {
    expect(await readTextFile(file('mixed.txt', '\ufeffOne\r\n二\n\n😀'))).toBe('One\r\n二\n\n😀');
  });

  it('reads files of several chunks, with characters across their borders', async () => {
    const text = '三角形😀 '.repeat(200_000);
    expect((await readTextFile(file('large.txt', text))) === text).toBe(true);
  });

  it('says what is wrong with a file that is not readable text', async () => {
    const cases: [path: string, message: RegExp][] = [
      [join(folder, 'missing.txt'), /missing.txt: cannot be read: no such file/],
      [join(file('plain.txt', 'text'), 'below.txt'), /no such file/],
      [folder, /this is a folder/],
      [file('empty.txt', ''), /empty.txt: the file is empty/],
      [file('mark.txt', '\ufeff'), /mark.txt: the file is empty/],
      [file('zeros.txt', new Uint8Array(5000)), /zeros.txt: a NUL byte.*byte 0/],
      [file('latin1.txt', Buffer.from('caf\xe9 noir', 'latin1')), /latin1.txt: invalid UTF-8.*byte 3, line 1/],
      [file('cut.txt', Buffer.from('caf\xc3', 'latin1')), /cut.txt: the text ends in the middle/],
    ];
    for (const [path, message] of cases) expect((await failure(readTextFile(path))).message).toMatch(message);
  });

  it('says where it looked when the path is relative', async () => {
    const path = join(folder, 'missing.txt');
    const error = await failure(readTextFile(relative(process.cwd(), path)));
    expect(error.message).toContain(`(${path})`);
  });

  it('refuses a text that one string cannot hold', async () => {
    const path = file('long.txt', 'x'.repeat(101));
    expect((await failure(readTextFile(path, 100))).message).toContain('more than 100 characters');
    expect(await readTextFile(path, 101)).toHaveLength(101);
  });
});

describe('loading a corpus', () => {
  it('cuts one file by fractions', async () => {
    const path = file('lines.txt', 'a\nb\nc\nd\n');
    const corpus = await loadCorpus({ path, split: { train: 0.5, test: 0.5 }, boundary: 'line' });
    expect(corpus).toEqual({
      train: 'a\nb\n',
      test: 'c\nd\n',
      origins: { train: { file: path, start: 0, end: 4 }, test: { file: path, start: 4, end: 8 } },
    });
  });

  it('takes separate files whole', async () => {
    const train = file('train.txt', 'train 😀');
    const test = file('test.txt', 'test');
    expect(await loadCorpus({ train, validation: undefined, test })).toEqual({
      train: 'train 😀',
      test: 'test',
      origins: { train: { file: train, start: 0, end: 7 }, test: { file: test, start: 0, end: 4 } },
    });
  });

  it('names the file that is missing', async () => {
    const train = file('train2.txt', 'text');
    const error = await failure(loadCorpus({ train, validation: join(folder, 'nowhere.txt') }));
    expect(error.message).toContain('nowhere.txt: cannot be read: no such file');
  });
});
