import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type CorpusOptions, loadCorpus, openCorpus } from '../../src/text/corpus.js';

const folder = mkdtempSync(join(tmpdir(), 'textloom-arrangement-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const cut = (path: string) => ({ path, split: { train: 0.5, validation: 0.5 }, boundary: 'line' as const });
async function partsOf(options: CorpusOptions): Promise<readonly [train: string, validation: string]> {
  const { train, validation = '' } = await loadCorpus(options);
  return [train, validation];
}
const sorted = (text: string, separator: string) => text.split(separator).filter(Boolean).sort();

describe('a corpus in random order', () => {
  const numbers = Array.from({ length: 40 }, (_, i) => String(100 + i));

  it('has the same documents in another order, which is always the same, in all parts', async () => {
    const path = file('lines.txt', `${numbers.join('\n')}\n`);
    const options = { ...cut(path), boundary: 'document', documents: 'lines', order: 'shuffled' } as const;
    const [train, validation] = await partsOf(options);
    expect(sorted(train + validation, '\n')).toEqual(numbers);
    expect(train.split('\n').filter(Boolean)).not.toEqual(numbers.slice(0, 20));
    // Without the order the first half of the numbers is the training text.
    expect(validation.split('\n').some((number) => number !== '' && Number(number) < 120)).toBe(true);
    expect(await partsOf(options)).toEqual([train, validation]);
  });

  it('has paragraphs for documents where there are none, with a blank line after each', async () => {
    const path = file('paragraphs.txt', numbers.map((number) => `${number} a\n${number} b`).join('\n \n\n'));
    const [train, validation] = await partsOf({ ...cut(path), boundary: 'document', order: 'shuffled' });
    const paragraphs = sorted(train + validation, '\n\n');
    expect(paragraphs).toEqual(numbers.map((number) => `${number} a\n${number} b`));
    expect(train.startsWith('100 a')).toBe(false);
  });

  it('has lines for documents in one paragraph', async () => {
    const path = file('one.txt', numbers.join('\n'));
    const [train, validation] = await partsOf({ ...cut(path), order: 'shuffled' });
    expect(sorted(train + validation, '\n')).toEqual(numbers);
    expect(validation.split('\n').some((number) => number !== '' && Number(number) < 120)).toBe(true);
  });

  it('is named so in messages, and has tokens of its own in the cache', async () => {
    const path = file('named.txt', 'a\nb\nc\nd\n');
    const [given, arranged, asGiven] = await Promise.all(
      [{}, { order: 'shuffled' }, { order: 'given', duplicates: 'keep' }].map((arrangement) =>
        openCorpus({ ...cut(path), ...arrangement } as CorpusOptions),
      ),
    );
    expect((await arranged!.origins()).train!.file).toBe(`${path} in random order`);
    expect(arranged!.description).not.toEqual(given!.description);
    expect(asGiven!.description).toEqual(given!.description);
  });
});

describe('a corpus without duplicates', () => {
  it('has the first of equal documents, whatever white space is around them', async () => {
    const path = file('repeated.txt', 'one\ntwo\n one\nthree\ntwo\nfour\n');
    const options = { ...cut(path), boundary: 'document', documents: 'lines', duplicates: 'drop' } as const;
    expect(await partsOf(options)).toEqual(['one\ntwo\nthree\n', 'four\n']);
    expect(await partsOf({ ...options, duplicates: 'keep' })).toEqual(['one\ntwo\n one\nthree\n', 'two\nfour\n']);
  });

  it('has no document of the training text in the validation text, where these are separate files', async () => {
    const [train, validation] = [file('train.txt', 'a b\n\nc\n\na b\n'), file('validation.txt', 'd\n\nc\n\na b\n\ne\n')];
    expect(await partsOf({ train, validation, duplicates: 'drop' })).toEqual(['a b\n\nc\n\n', 'd\n\ne\n\n']);
    await expect(openCorpus({ train, validation: file('all.txt', 'c\n\na b\n'), duplicates: 'drop' })).rejects.toThrow(
      /all.txt: corpus.duplicates is drop, and all of its documents are in an earlier text/,
    );
  });

  it('must be in memory', async () => {
    const path = file('large.txt', 'a\nb\n'.repeat(50));
    for (const arrangement of [{ order: 'shuffled' }, { duplicates: 'drop' }] as const)
      await expect(openCorpus({ ...cut(path), ...arrangement }, 10)).rejects.toThrow(
        /large.txt is too large for corpus\.(order: shuffled|duplicates: drop): arrange the file itself/,
      );
  });
});
