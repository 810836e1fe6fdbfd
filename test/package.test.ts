/** What npm installs, and what it would publish. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linksOf, readPage, root } from './docs/commands.js';

const read = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8'));

/*
 * The install script of onnxruntime-node downloads CUDA libraries and fails without a network. npm 11 and later obey allowScripts.
 * npm 10 does not know it, but runs install scripts only of packages that the lock file marks with hasInstallScript. A key for this
 * purpose in .npmrc would make npm 11 print a warning for each command. After an update of onnxruntime-node npm may write the mark
 * again: delete that line.
 */
test('npm ci runs no install script, with npm 10 or later, and prints no warning about it', () => {
  const packages = Object.entries<{ hasInstallScript?: boolean }>(read('package-lock.json').packages);
  expect(packages.length).toBeGreaterThan(100);
  expect(packages.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path)).toEqual([]);
  expect(read('package.json').allowScripts).toEqual({ 'onnxruntime-node': false });
  expect(existsSync(join(root, '.npmrc'))).toBe(false);
});

test('every link of the packed READMEs leads to a packed file, and so does every link of a linked page', () => {
  const list = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' });
  // npm 12 prints an object by package name, older ones a list.
  const [{ files }] = Object.values<{ files: { path: string }[] }>(JSON.parse(list)) as [{ files: { path: string }[] }];
  const packed = files.map(({ path }) => path);
  const pages = ['README.md', 'README.zh-CN.md'];
  expect(packed).toEqual(expect.arrayContaining(pages));
  const broken: string[] = [];
  for (const path of pages) {
    for (const target of linksOf(readPage(path))) {
      const isFolder = statSync(join(root, target)).isDirectory();
      const prefix = target.replace(/\/?$/, '/');
      if (!packed.some((file) => (isFolder ? file.startsWith(prefix) : file === target))) broken.push(`${path}: ${target}`);
      else if (target.endsWith('.md') && !pages.includes(target)) pages.push(target);
    }
  }
  expect(broken).toEqual([]);
  expect(pages.length).toBeGreaterThan(10);
});
