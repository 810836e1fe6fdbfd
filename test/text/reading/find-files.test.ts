import { symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findFiles } from '../../../src/text/reading/find-files.js';
import { temporaryFolder } from '../../files/temporary-folder.js';
import { writeFiles } from './files.js';

function library() {
  const folder = temporaryFolder();
  const names = ['b.txt', 'a/2.txt', 'a/10.txt', 'Z.md', '.hidden', '.git/x.txt', '\uff01.txt', '😀.txt', 'a[1].txt'];
  const path = writeFiles(folder, Object.fromEntries(names.map((name) => [name, 'text'])));
  symlinkSync(path('b.txt'), path('link.txt'));
  symlinkSync(folder, path('circle'));
  const find = async (...given: string[]) => (await findFiles(given.map(path))).map((file) => file.slice(folder.length + 1));
  return { find };
}

test('a folder means all its files and those of its folders, sorted by code points; hidden ones and cycles are skipped', async () => {
  const { find } = library();
  expect(await find('')).toEqual(['Z.md', 'a/10.txt', 'a/2.txt', 'a[1].txt', 'b.txt', 'link.txt', '\uff01.txt', '😀.txt']);
});

test('a list keeps its order, and a file is listed once, where it is first named', async () => {
  const { find } = library();
  expect(await find('b.txt', 'a', 'a/2.txt', 'b.txt')).toEqual(['b.txt', 'a/10.txt', 'a/2.txt']);
});

test('a pattern is tried where there is no file of that name', async () => {
  const { find } = library();
  expect(await find('**/*.txt')).toEqual(['a/10.txt', 'a/2.txt', 'a[1].txt', 'b.txt', 'link.txt', '\uff01.txt', '😀.txt']);
  expect(await find('a[1].txt')).toEqual(['a[1].txt']);
  expect(await find('{Z.md,a/?.txt}')).toEqual(['Z.md', 'a/2.txt']);
  await expect(find('*.pdf')).rejects.toThrow(/\*\.pdf: no file fits this pattern \(\d+ are in /);
  await expect(find('nowhere/*.txt')).rejects.toThrow(/nowhere\/\*\.txt: no file fits.*there is no folder/);
});

test('relative patterns are matched as they are written', async () => {
  expect(await findFiles('configs/lst?.yaml')).toEqual(['configs/lstm.yaml']);
  expect(await findFiles('configs/lst[m].yaml')).toEqual(['configs/lstm.yaml']);
  expect(await findFiles('./configs/lst[m].yaml')).toEqual(['configs/lstm.yaml']);
  expect(await findFiles('*.config.ts')).toContain('vitest.config.ts');
});

test('an empty folder is refused', async () => {
  await expect(findFiles(temporaryFolder())).rejects.toThrow(/the folder has no files/);
});
