/**
 * Follows the guide as a reader would: chapter after chapter, command after command, in one folder. `npm run test:guide` runs this file
 * and guide-teachers.test.ts. test/docs/guide.test.ts checks what needs no command to run.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { blocksOf, root } from '../docs/commands.js';
import { followChapter } from '../docs/follow-chapter.js';
import { guideChapters, hasOwnTest } from '../docs/guide-chapters.js';

const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
// Programs of the guide import the library by its name, as if it were installed here.
mkdirSync(join(folder, 'node_modules'));
symlinkSync(root, join(folder, 'node_modules/textloom'), 'junction');
symlinkSync(join(root, 'node_modules/openai'), join(folder, 'node_modules/openai'), 'junction');

/** A chapter without commands, such as the techniques, has nothing to run. */
const chapters = guideChapters.filter((page) => !hasOwnTest(page) && blocksOf(page).some(({ language }) => language === 'sh'));

describe.each(chapters)('$path', (page) => {
  followChapter(page, folder);
});
