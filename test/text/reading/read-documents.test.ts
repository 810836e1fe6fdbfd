import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readDocuments } from '../../../src/text/reading/read-documents.js';
import { plainReading, type ReadingOptions } from '../../../src/text/reading/reading-options.js';
import { temporaryFolder } from '../../files/temporary-folder.js';
import { documentsOf, writeFiles } from './files.js';

async function read(files: Record<string, string | Uint8Array>, options: Partial<ReadingOptions> = {}): Promise<string[]> {
  const path = writeFiles(temporaryFolder(), files);
  return documentsOf(readDocuments(Object.keys(files).map(path), { ...plainReading, ...options }));
}

describe('files as one text', () => {
  it('are joined, with a line end between them where one has none', async () => {
    expect(await read({ 'a.txt': 'one', 'b.md': 'two\n', 'c.txt': '', 'd.txt': 'three' })).toEqual(['one\ntwo\nthree']);
  });

  it('may be compressed, in several members, and JSON Lines', async () => {
    const members = Buffer.concat([gzipSync('one '), gzipSync('two\n')]);
    const lines = '{"text": "three"}\n\n{"n": 1, "text": "four\\n"}\r\n{"text": ""}';
    expect(await read({ 'a.gz': members, 'b.jsonl': lines, 'c.jsonl.gz': lines })).toEqual([
      'one two\nthree\nfour\nthree\nfour\n',
    ]);
  });

  it('take the text from the field that is named', async () => {
    expect(await read({ 'a.jsonl': '{"text": "no", "content": "yes"}' }, { field: 'content' })).toEqual(['yes']);
  });

  it('are documents each, as are the lines of JSON', async () => {
    const files = { 'a.txt': 'one\n\nmore\n', 'b.jsonl': '{"text":"two"}\n{"text":""}\n{"text":"three\\n\\nmore"}\n' };
    expect(await read(files, { documents: 'files' })).toEqual(['one\n\nmore\n', 'two', 'three\n\nmore']);
    expect(await read(files, { documents: 'blank-lines' })).toEqual(['one\n', 'more\n', 'two', 'three\n', 'more']);
  });

  it('lose their byte order marks, unless these are to be kept', async () => {
    const files = { 'a.txt': '\ufeffone\n', 'b.jsonl': '\ufeff{"text":"two"}' };
    expect(await read(files)).toEqual(['one\ntwo']);
    const normalization = { ...plainReading.normalization, byteOrderMark: 'keep' } as const;
    expect(await read({ 'a.txt': '\ufeffone' }, { normalization })).toEqual(['\ufeffone']);
  });

  it('are normalized across the borders of what is read at once', async () => {
    const normalization = { unicode: 'NFC', newlines: 'lf', byteOrderMark: 'drop' } as const;
    const [text] = await read({ 'a.txt': 'e\u0301\r\n'.repeat(200_000), 'b.txt': '\u0301' }, { normalization });
    expect(text === `${'é\n'.repeat(200_000)}\u0301`).toBe(true);
  });
});

describe('a file that is not text', () => {
  const packed = gzipSync('a text that is long enough to be packed, a text that is long enough');
  it.each<[string, string, string | Uint8Array, RegExp]>([
    ['a .gz that breaks off', 'a.gz', packed.subarray(0, 30), /a.gz: cannot be read: the gzip data ends early/],
    [
      'a .gz that is altered',
      'a.gz',
      packed.map((byte, i) => (i === 20 ? byte ^ 0xff : byte)),
      /a.gz: cannot be read: the gzip data is damaged/,
    ],
    ['a .gz that is none', 'a.txt.gz', Buffer.from('text'), /the gzip data is damaged, or the file is not gzip/],
    ['an empty .gz', 'a.gz', new Uint8Array(0), /ends early/],
    [
      'packed bytes that are not UTF-8',
      'a.gz',
      gzipSync(Buffer.from('caf\xe9', 'latin1')),
      /a.gz: the text ends in the middle/,
    ],
    ['NUL bytes', 'a.txt', new Uint8Array(10), /a NUL byte.*byte 0/],
    ['a line that is not JSON', 'a.jsonl', '{"text":"a"}\n{"text":\n', /a.jsonl:2: this is not JSON/],
    ['a line that is a list', 'a.jsonl', '[1]', /a.jsonl:1: an object is expected, with the text under "text"; found a list/],
    ['a line that is null', 'a.jsonl', 'null', /found null/],
    [
      'a line without the field',
      'a.jsonl',
      '{"body":"a"}',
      /a.jsonl:1: the object has no "text" \(it has "body"\).*corpus.field/,
    ],
    ['a line with another prototype', 'a.jsonl', '{"__proto__":{"text":"a"}}', /has no "text"/],
    ['a number as the text', 'a.jsonl', '\n{"text":1}', /a.jsonl:2: "text" is a number, where a text is expected/],
    ['a NUL in a line', 'a.jsonl', '{"text":"a\\u0000"}', /holds a NUL character/],
    ['half a character in a line', 'a.jsonl', '{"text":"a\\ud83d"}', /holds half a surrogate pair/],
  ])('%s', async (_, name, content, message) => {
    await expect(read({ [name]: content })).rejects.toThrow(message);
    await expect(read({ [name]: content })).rejects.toThrow(expect.objectContaining({ kind: 'data' }));
  });

  it('a line of JSON that does not end', async () => {
    const line = Buffer.alloc(34_000_000, 'x');
    await expect(read({ 'a.jsonl': line })).rejects.toThrow(/a.jsonl:1: the line has more than 33554432 characters/);
  });
});
