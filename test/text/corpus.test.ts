import { linkSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/foundation/errors.js';
import { loadCorpus, openCorpus, readTextFile } from '../../src/text/corpus.js';
import { documentsOf } from './reading/files.js';

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

  it('names the full path when the path is relative', async () => {
    const path = join(folder, 'missing.txt');
    const error = await failure(readTextFile(relative(process.cwd(), path)));
    expect(error.message).toContain(`(${path})`);
  });

  it('refuses a text that is too long for one string', async () => {
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

  it('has line ends between lines that are documents, and ends a split only after a line', async () => {
    const path = file('names.txt', 'Ann\n\nBo\r\nCarla');
    const corpus = await loadCorpus({ path, split: { train: 0.5, test: 0.5 }, boundary: 'document', documents: 'lines' });
    expect(corpus).toMatchObject({ train: 'Ann\nBo\n', test: 'Carla\n' });
    const tooFew = loadCorpus({ path, split: { train: 0.9, test: 0.1 }, boundary: 'document', documents: 'lines' });
    expect((await failure(tooFew)).message).toMatch(/the test split is empty.*Use a larger corpus.split.test, or more text.$/);
  });

  it('uses separate files completely', async () => {
    const train = file('train.txt', 'train 😀');
    const test = file('test.txt', 'test');
    expect(await loadCorpus({ train, validation: undefined, test })).toEqual({
      train: 'train 😀',
      test: 'test',
      origins: { train: { file: train }, test: { file: test } },
    });
  });

  it('names the file that is missing', async () => {
    const train = file('train2.txt', 'text');
    const error = await failure(loadCorpus({ train, validation: join(folder, 'nowhere.txt') }));
    expect(error.message).toContain('nowhere.txt: cannot be read: no such file');
  });

  it('refuses a file that is in two splits', async () => {
    const train = file('both.txt', 'text');
    const error = await failure(loadCorpus({ train, validation: [file('other.txt', 'other'), train] }));
    expect(error.message).toContain('both.txt is in corpus.train and in corpus.validation');
  });

  it.each([
    ['a symbolic link', symlinkSync],
    ['a hard link', linkSync],
  ])('refuses a file that is in two splits through %s', async (kind, link) => {
    const train = file(`original-${kind}.txt`, 'text');
    const test = join(folder, `again-${kind}.txt`);
    link(train, test);
    const error = await failure(loadCorpus({ train, test }));
    expect(error.message).toContain(`${test} (the same file as ${train}) is in corpus.train and in corpus.test`);
  });

  it('refuses a field where no file has fields', async () => {
    const path = file('plain2.txt', 'text');
    const opening = openCorpus({ path, split: { train: 1 }, boundary: 'line', field: 'content' });
    await expect(opening).rejects.toThrow('corpus.field is "content": only files that end in .jsonl');
  });

  it('accepts one empty file among several, but not only empty files', async () => {
    const empty = [file('empty1.txt', ''), file('empty2.txt', '')];
    expect((await loadCorpus({ train: [...empty, file('some.txt', 'text')] })).train).toBe('text');
    expect((await failure(loadCorpus({ train: empty }))).message).toContain('and 1 more (2 files): all files are empty');
  });
});

describe('a corpus that is not kept in memory', () => {
  const text = 'one\ntwo\n\nthree 😀\n\n\nfour\nfive\n'.repeat(50);
  const documents = 'blank-lines';
  const options = { split: { train: 0.7, validation: 0.2, test: 0.1 }, boundary: 'document' } as const;

  it('has the same splits and documents as one in memory', async () => {
    const path = [file('large1.txt', text), file('large2.txt.gz', gzipSync(text))];
    const small = await openCorpus({ path, documents, ...options });
    const large = await openCorpus({ path, documents, ...options }, 10);
    expect([small.inMemory, large.inMemory]).toEqual([true, false]);
    expect(await large.origins()).toEqual(await small.origins());
    for (const split of small.splits) {
      expect(await documentsOf(large.read(split))).toEqual(await documentsOf(small.read(split)));
    }
    expect((await documentsOf(large.read())).slice(0, 2)).toEqual(['one\ntwo\n', 'three 😀\n']);
  });
});

it('a document that is cut belongs to the splits that have its text, and its end to the last of them', async () => {
  const path = file('cut.txt', 'abc<>def<>');
  const marker = { documents: { marker: '<>' }, boundary: 'character' } as const;
  const corpus = await openCorpus({ path, ...marker, split: { train: 0.5, validation: 0.5 } });
  const read = async (split: 'train' | 'validation') => {
    const pieces: unknown[] = [];
    for await (const { text, endsDocument } of corpus.read(split)) pieces.push([text, endsDocument]);
    return pieces;
  };
  expect(await read('train')).toEqual([['abc', true]]);
  expect(await read('validation')).toEqual([['def', true]]);
  const uneven = await openCorpus({ path, ...marker, split: { train: 2 / 3, test: 1 / 3 } });
  expect(await documentsOf(uneven.read('train'))).toEqual(['abc', 'd']);
  expect(await documentsOf(uneven.read('test'))).toEqual(['ef']);
});
