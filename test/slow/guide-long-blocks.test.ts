/** The blocks of the guide that take minutes, which guide.test.ts leaves out. */
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { blocksOf, readPage, root } from '../docs/commands.js';
import { runBlock } from '../docs/run-block.js';

const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
// The blocks are typed in a clone: its configs are there, and what they write goes elsewhere.
symlinkSync(join(root, 'configs'), join(folder, 'configs'), 'junction');

const pages = readdirSync(join(root, 'docs/guide')).map((name) => readPage(`docs/guide/${name}`));
const blocks = pages.flatMap((page) => blocksOf(page).filter(({ note }) => note === 'needs time'));

test('such blocks exist', () => expect(blocks.length).toBeGreaterThan(0));

test.each(blocks.map((block) => [block.text.split('\n', 1)[0], block] as const))('%s', async (_, block) => {
  const { code, stderr } = await runBlock(block, folder);
  expect(code, stderr).toBe(0);
});
