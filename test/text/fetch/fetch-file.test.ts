import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { CorpusFile } from '../../../src/text/fetch/catalogue.js';
import { fetchFile } from '../../../src/text/fetch/fetch-file.js';
import { temporaryFolder } from '../../files/temporary-folder.js';
import { type Route, serveFiles } from './file-server.js';

const content = Buffer.from('The fox saw the crow. '.repeat(20_000));
const file: CorpusFile = {
  name: 'fox.txt',
  address: 'https://example.org/fox.txt',
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
};
const routes = new Map<string, Route>();
const server = await serveFiles(routes);
afterAll(() => server.close());

let target = '';
beforeEach(() => {
  target = join(temporaryFolder(), 'fox.txt');
  server.requests.length = 0;
});

const leftovers = () => ['.part', '.part.version'].filter((end) => existsSync(`${target}${end}`));
const fetchFox = (path = 'fox.txt', onProgress: (bytes: number) => void = () => undefined) =>
  fetchFile({ file, address: new URL(path, server.base), target, onProgress });
const serve = (route: Route) => void routes.set('/fox.txt', route);

describe('a download', () => {
  it('gets the whole file, reports progress, and leaves no other file behind', async () => {
    serve({ content });
    const seen: number[] = [];
    expect(await fetchFox('fox.txt', (bytes) => seen.push(bytes))).toBe('downloaded');
    expect(readFileSync(target).equals(content)).toBe(true);
    expect(leftovers()).toEqual([]);
    expect([seen[0], seen.at(-1)]).toEqual([0, content.length]);
    expect(seen.toSorted((a, b) => a - b)).toEqual(seen);
  });

  it('that is interrupted keeps the received bytes, and resumes there', async () => {
    serve({ content, breakAfter: 100_000 });
    await expect(fetchFox()).rejects.toMatchObject({ kind: 'data', message: expect.stringContaining('was interrupted') });
    expect(existsSync(target)).toBe(false);
    const kept = readFileSync(`${target}.part`);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.equals(content.subarray(0, kept.length))).toBe(true);

    serve({ content });
    expect(await fetchFox()).toBe('resumed');
    expect(readFileSync(target).equals(content)).toBe(true);
    expect(server.requests.at(-1)).toEqual({ path: '/fox.txt', range: `bytes=${kept.length}-`, ifRange: '"1"' });
    expect(leftovers()).toEqual([]);
  });

  it('restarts when the file has changed', async () => {
    serve({ content: Buffer.alloc(content.length, 'x'), etag: '"old"', breakAfter: 100_000 });
    await expect(fetchFox()).rejects.toThrow('was interrupted');
    serve({ content, etag: '"new"' });
    expect(await fetchFox()).toBe('downloaded');
    expect(readFileSync(target).equals(content)).toBe(true);
  });

  it.each(['W/"weak"', ''])('restarts when the server gives no version (%j)', async (etag) => {
    serve({ content, etag, breakAfter: 100_000 });
    await expect(fetchFox()).rejects.toThrow('was interrupted');
    serve({ content, etag });
    expect(await fetchFox()).toBe('downloaded');
    expect(server.requests.at(-1)?.range).toBeUndefined();
  });

  it('that is complete but not verified sends no request', async () => {
    writeFileSync(`${target}.part`, content);
    expect(await fetchFox()).toBe('resumed');
    expect(server.requests).toEqual([]);
    expect(readFileSync(target).equals(content)).toBe(true);
  });

  it('of altered bytes is refused and removed', async () => {
    const altered = Buffer.from(content);
    altered[7] = 65;
    serve({ content: altered });
    await expect(fetchFox()).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringContaining('these are not the bytes of fox.txt'),
    });
    expect([existsSync(target), leftovers()]).toEqual([false, []]);
  });

  it('that is resumed is refused when the earlier bytes are not the beginning of the file', async () => {
    writeFileSync(`${target}.part`, 'The wolf saw the crow.');
    writeFileSync(`${target}.part.version`, '"1"');
    serve({ content });
    await expect(fetchFox()).rejects.toThrow('these are not the bytes');
    expect([existsSync(target), leftovers()]).toEqual([false, []]);
  });

  it('of a file that is too short says so and keeps the part', async () => {
    serve({ content, endAfter: 1000 });
    await expect(fetchFox()).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringContaining(`ended after 1000 of ${content.length} bytes`),
    });
    expect(readFileSync(`${target}.part`).length).toBe(1000);
  });

  it('of a file that does not end is cut at the known size', async () => {
    serve({ content: Buffer.concat([content, content]) });
    await expect(fetchFox()).rejects.toMatchObject({ kind: 'data', message: expect.stringContaining('it is another file') });
    expect([existsSync(target), leftovers()]).toEqual([false, []]);
  });

  it('refuses a range that was not requested', async () => {
    serve({ content, breakAfter: 100_000 });
    await expect(fetchFox()).rejects.toThrow('was interrupted');
    serve({ content, contentRange: `bytes 0-${content.length - 1}/${content.length}` });
    await expect(fetchFox()).rejects.toThrow('the server continued with "bytes 0-');
    expect(leftovers()).toEqual([]);
  });

  it.each([
    [404, 'the server answered 404. The file is not there any more'],
    [503, 'the server answered 503. Run the command again later'],
  ])('that the server answers with %d says so', async (status, message) => {
    serve({ status });
    await expect(fetchFox()).rejects.toMatchObject({ kind: 'data', message: expect.stringContaining(message) });
    expect([existsSync(target), leftovers()]).toEqual([false, []]);
  });

  it('that arrives byte by byte is aborted, and the received bytes are kept', async () => {
    serve({ content, drip: 5 });
    const address = new URL('fox.txt', server.base);
    const patience = { silence: 10_000, pace: { bytes: 10_000, milliseconds: 300 } };
    await expect(fetchFile({ file, address, target, patience })).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringMatching(/too slow: \d+ bytes in 0\.3 seconds\. Run the command again later: it continues/),
    });
    const kept = readFileSync(`${target}.part`);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.equals(content.subarray(0, kept.length))).toBe(true);
  });

  it.each(['"1"\r\nx: y', '', '\u0000', '\u00e9', 'a'.repeat(2000)])(
    'begins anew when the kept version is no validator (%j)',
    async (version) => {
      writeFileSync(`${target}.part`, content.subarray(0, 1000));
      writeFileSync(`${target}.part.version`, version);
      serve({ content });
      expect(await fetchFox()).toBe('downloaded');
      expect(server.requests.at(-1)).toMatchObject({ range: undefined, ifRange: undefined });
    },
  );

  it('does not follow a symbolic link at the path of its part', async () => {
    const other = join(temporaryFolder(), 'other.txt');
    writeFileSync(other, 'my own notes');
    symlinkSync(other, `${target}.part`);
    serve({ content });
    await expect(fetchFox()).rejects.toMatchObject({ kind: 'disk', message: expect.stringContaining('is a symbolic link') });
    expect(readFileSync(other, 'utf8')).toBe('my own notes');
  });

  it('without a response says so', async () => {
    const gone = await serveFiles(new Map());
    await gone.close();
    const address = new URL('fox.txt', gone.base);
    await expect(fetchFile({ file, address, target })).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringContaining('no answer: connect ECONNREFUSED'),
    });
  });
});

describe('a redirection', () => {
  it('is followed', async () => {
    serve({ content });
    routes.set('/moved', { location: '/moved-again' }).set('/moved-again', { location: `${server.base}fox.txt` });
    expect(await fetchFox('moved')).toBe('downloaded');
  });

  it.each([
    ['/loop', 'more than 5 redirections'],
    ['http://example.org/fox.txt', 'which is not an https address: refused'],
    ['file:///etc/passwd', 'which is not an https address: refused'],
    ['http://[', 'which is not an https address: refused'],
  ])('to %s is refused', async (location, message) => {
    routes.set('/loop', { location });
    await expect(fetchFox('loop')).rejects.toMatchObject({ kind: 'data', message: expect.stringContaining(message) });
    expect(existsSync(target)).toBe(false);
  });
});

describe('a file that already exists', () => {
  it('and is the right one is not changed, without a request', async () => {
    writeFileSync(target, content);
    expect(await fetchFox()).toBe('present');
    expect(server.requests).toEqual([]);
  });

  it.each(['', '.part'])('and is a folder is refused (%s)', async (end) => {
    mkdirSync(`${target}${end}`);
    await expect(fetchFox()).rejects.toThrow(`${target}${end} is a folder`);
    expect(server.requests).toEqual([]);
  });

  it('and is a different one is never replaced', async () => {
    writeFileSync(target, 'my own notes');
    await expect(fetchFox()).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining('is not fox.txt') });
    expect(readFileSync(target, 'utf8')).toBe('my own notes');
    expect(server.requests).toEqual([]);
  });
});
