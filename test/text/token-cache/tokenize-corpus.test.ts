import { readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TokenSource } from '../../../src/text/batches.js';
import { type CorpusOptions, openCorpus } from '../../../src/text/corpus.js';
import { sha256, writeRecord } from '../../../src/text/token-cache/records.js';
import { type TokenizingOptions, tokenizeCorpus } from '../../../src/text/token-cache/tokenize-corpus.js';
import type { TokenizerChoice } from '../../../src/text/tokenizers/index.js';
import { temporaryFolder } from '../../files/temporary-folder.js';
import { writeFiles } from '../reading/files.js';

const text = "The fox's den.\n\nThe crow, 12 of them 😀, saw the fox.\r\n\n".repeat(300);

/** An hour ago, so that the files are older than what is noted of them. */
const earlier = Date.now() / 1000 - 3600;

function place() {
  const folder = temporaryFolder();
  const file = writeFiles(folder, { 'a.txt': text })('a.txt');
  utimesSync(file, earlier, earlier);
  const cache = join(folder, 'cache');
  const corpus = { path: file, split: { train: 0.8, validation: 0.2 }, boundary: 'document' } as const;
  const cached = () => readdirSync(cache).sort();
  return { file, cache, corpus, cached };
}

async function tokenize(corpus: CorpusOptions, options: Partial<TokenizingOptions>) {
  const defaults = { tokenizer: { type: 'character' }, marksDocumentEnds: false, cache: undefined } as const;
  const open = await openCorpus(corpus, options.cache === undefined ? undefined : 10);
  const result = await tokenizeCorpus(open, { ...defaults, ...options });
  const splits = Object.entries(result.splits).map(([split, source]) => [split, contentOf(source)]);
  result.close();
  return { tokenizer: result.tokenizer.toJSON(), digest: result.digest, splits: Object.fromEntries(splits) };
}

function contentOf(source: Int32Array | TokenSource) {
  if (source instanceof Int32Array) return { ids: source };
  const ids = new Int32Array(source.length);
  source.read(0, ids, ids.length);
  const ends = new Uint8Array(source.length);
  source.readDocumentEnds?.(0, ends, ends.length);
  return source.readDocumentEnds ? { ids, ends } : { ids };
}

describe('a corpus in a cache folder', () => {
  it.each<[TokenizerChoice, CorpusOptions['documents'], boolean]>([
    [{ type: 'character' }, 'none', false],
    [{ type: 'character' }, 'blank-lines', true],
    [{ type: 'word' }, 'blank-lines', true],
    [{ type: 'byte' }, 'blank-lines', false],
    [{ type: 'byte' }, { marker: 'fox' }, true],
    [{ type: 'bpe', vocabularySize: 270 }, 'blank-lines', true],
  ])('has the tokens that it has in memory: %j, documents %j, marks %s', async (choice, documents, marksDocumentEnds) => {
    const { corpus, cache } = place();
    const options = { choice, marksDocumentEnds };
    const inMemory = await tokenize({ ...corpus, documents: documents! }, options);
    expect(await tokenize({ ...corpus, documents: documents! }, { ...options, cache })).toEqual(inMemory);
    expect(await tokenize({ ...corpus, documents: documents! }, { ...options, cache })).toEqual(inMemory);
    const { ids, ends } = inMemory.splits.train;
    if (marksDocumentEnds) expect(ends.filter((mark: number) => mark === 1).length).toBeGreaterThan(100);
    expect(ids.length).toBeGreaterThan(1000);
  });

  it('is read once: the second time the file is not opened', async () => {
    const { corpus, cache, file, cached } = place();
    const first = await tokenize(corpus, { cache });
    const names = cached();
    expect(names.map((name) => name.replace(/-[0-9a-f]{64}/, ''))).toEqual(['sources.json', 'tokenizer.json', 'tokens.bin']);
    // Another text of the same size and time, which no program writes by accident, goes unnoticed: the file is not read.
    const before = { atime: earlier, mtime: earlier };
    writeFileSync(file, text.replaceAll('fox', 'ape'));
    utimesSync(file, before.atime, before.mtime);
    expect(await tokenize(corpus, { cache })).toEqual(first);
    // With another time it is read again.
    utimesSync(file, earlier, earlier + 1);
    expect(await tokenize(corpus, { cache })).not.toEqual(first);
  });

  it('does not trust the time of a file that has just been written', async () => {
    const { corpus, cache, file } = place();
    utimesSync(file, Date.now() / 1000, Date.now() / 1000);
    const first = await tokenize(corpus, { cache });
    writeFileSync(file, text.replaceAll('fox', 'ape'));
    expect(await tokenize(corpus, { cache })).not.toEqual(first);
  });

  it('is known by its content: the same text elsewhere finds the tokens', async () => {
    const { corpus, cache, file, cached } = place();
    await tokenize(corpus, { cache });
    const other = join(file, '../b.txt');
    writeFileSync(other, text);
    await tokenize({ ...corpus, path: other }, { cache });
    expect(cached().filter((name) => name.startsWith('tokens'))).toHaveLength(1);
  });

  it('is encoded again for other content, another way of reading, another split, another tokenizer', async () => {
    const { corpus, cache, file, cached } = place();
    const count = () => cached().filter((name) => name.startsWith('tokens')).length;
    await tokenize(corpus, { cache });
    await tokenize({ ...corpus, documents: 'blank-lines' }, { cache });
    expect(count()).toBe(2);
    await tokenize({ ...corpus, split: { train: 0.7, validation: 0.3 } }, { cache });
    expect(count()).toBe(3);
    await tokenize(corpus, { cache, tokenizer: { type: 'word', minimumCount: 3 } });
    expect(count()).toBe(4);
    const words = { type: 'word', minimumCount: 300 } as const;
    const larger = await tokenize(corpus, { cache, tokenizer: words });
    expect(count()).toBe(5);
    expect(larger).toEqual(await tokenize(corpus, { tokenizer: words }));
    writeFileSync(file, `${text}more`);
    expect(await tokenize(corpus, { cache })).toEqual(await tokenize(corpus, {}));
    expect(count()).toBe(6);
  });

  it('is encoded again where the cache is damaged', async () => {
    const { corpus, cache, cached } = place();
    const first = await tokenize(corpus, { cache });
    for (const name of cached()) {
      truncateSync(join(cache, name), 70);
      expect(await tokenize(corpus, { cache })).toEqual(first);
      rmSync(join(cache, name));
      expect(await tokenize(corpus, { cache })).toEqual(first);
    }
  });

  it.each<[kind: string, value: unknown]>([
    ['sources', null],
    ['sources', {}],
    ['sources', [5]],
    ['sources', [{ path: '/', size: 'x', modified: 'x', inode: '1', sha256: '0' }]],
    ['tokenizer', null],
    ['tokenizer', [1]],
    ['tokenizer', { type: 'word', tokens: ['<unk>', '<eos>'] }],
    ['tokenizer', { type: 'character', tokens: [1] }],
    ['tokenizer', { type: 'bpe', tokens: [], merges: [], added: [7] }],
  ])('is made anew where a %s note with a right digest holds %j', async (kind, value) => {
    const { corpus, cache, cached } = place();
    const first = await tokenize(corpus, { cache });
    const name = cached().find((one) => one.startsWith(kind))!;
    writeRecord(join(cache, name), value);
    expect(await tokenize(corpus, { cache })).toEqual(first);
    writeFileSync(join(cache, name), `${sha256('{"a"')}\n{"a"`);
    expect(await tokenize(corpus, { cache })).toEqual(first);
  });

  it('is reported when tokens are written, not when they are found', async () => {
    const { corpus, cache } = place();
    const notices: string[] = [];
    const onNotice = (message: string) => void notices.push(message);
    await tokenize(corpus, { cache, onNotice });
    await tokenize(corpus, { cache, onNotice });
    expect(notices).toEqual([expect.stringMatching(/^the tokens are stored for later runs: .*\/tokens-\w+\.bin \(0\.0 MB\)/)]);
  });

  it('leaves no file behind when it cannot be encoded', async () => {
    const { cache, file, cached } = place();
    writeFileSync(file, 'aaaaaaaabbb');
    const corpus = { path: file, split: { train: 0.5, validation: 0.5 }, boundary: 'character' } as const;
    await expect(tokenize(corpus, { cache })).rejects.toThrow(/the validation split .* not in the vocabulary: "b"/);
    expect(cached().filter((name) => name.includes('tokens'))).toEqual([]);
  });

  it('may be encoded by several runs at once', async () => {
    const { corpus, cache } = place();
    const all = await Promise.all(Array.from({ length: 4 }, () => tokenize(corpus, { cache })));
    for (const each of all) expect(each).toEqual(all[0]);
  });
});
