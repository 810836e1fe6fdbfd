/** Runs the quickstart and compares its output with the README's, every digit included. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { blocksOf, readPage, root } from '../docs/commands.js';
import { runBlock } from '../docs/run-block.js';

const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
// The commands run as in a clone, and their files go to the temporary folder.
for (const name of ['bin', 'configs', 'corpora']) symlinkSync(join(root, name), join(folder, name), 'junction');

const blocks = blocksOf(readPage('README.md'));
const [training = '', sample = '', evaluation = ''] = blocks.flatMap(({ language, text }) =>
  language === 'text' ? [text] : [],
);

/** Lines without `...` and the number of threads, which depends on the machine. */
const linesOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '' && line !== '...')
    .map((line) => line.replace(/up to \d+ threads?/, 'up to N threads'));

async function outputOf(script: string): Promise<string[]> {
  const { code, stdout, stderr } = await runBlock({ language: 'sh', note: '', text: script }, folder);
  expect(code, stderr).toBe(0);
  return linesOf(`${stdout}\n${stderr}`);
}

test('the quickstart prints the losses and the text that the README shows', async () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const built = 'npm run build && ';
  expect(scripts.quickstart.startsWith(built)).toBe(true);
  const output = await outputOf(scripts.quickstart.slice(built.length));
  expect(output).toEqual(expect.arrayContaining([...linesOf(training), ...linesOf(sample)]));
});

test('the evaluation of its model prints the figures that the README shows', async () => {
  const output = await outputOf(blocks.find(({ text }) => text === 'textloom evaluate runs/quickstart --baselines\n')!.text);
  expect(output).toEqual(expect.arrayContaining(linesOf(evaluation)));
});
