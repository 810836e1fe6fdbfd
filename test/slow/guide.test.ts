/**
 * Follows the guide as a reader would: chapter after chapter, command after command, in one folder. `npm run test:guide` runs this file
 * alone. test/docs/guide.test.ts checks what needs no command to run.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../commands/textloom.js';
import { type Block, blocksOf, root } from '../docs/commands.js';
import { guideChapters, requirements } from '../docs/guide-chapters.js';
import { runBlock } from '../docs/run-block.js';
import { pythonWithTorch, skipReason } from '../outside-programs.js';

const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
// Programs of the guide import the library by its name, as if it were installed here.
mkdirSync(join(folder, 'node_modules'));
symlinkSync(root, join(folder, 'node_modules/textloom'), 'junction');
symlinkSync(join(root, 'node_modules/openai'), join(folder, 'node_modules/openai'), 'junction');

/*
 * What a fence says behind the language, for this test:
 *   sh exits 3                the exit code that is expected, where it is not 0
 *   sh interrupted after "x"  Ctrl-C is pressed once the command has said x
 *   sh beside "textloom x"    run while this server runs, which the reader has started in another terminal
 *   sh needs NAME             run only where there is such a thing, and nothing later builds on it;
 *                             what needs time is run by guide-long-blocks.test.ts
 *   text NOTE                 not compared with what the command says
 */
const availability: Record<(typeof requirements)[number], boolean> = {
  network: false,
  time: false,
  'onnxruntime-node': existsSync(join(root, 'node_modules/onnxruntime-node')),
  torch: pythonWithTorch !== undefined,
};
const isPossible = ({ note }: Block) => {
  const needed = requirements.find((name) => note === `needs ${name}`);
  return needed === undefined || availability[needed];
};

function expectedCode({ note }: Block): number {
  if (note.startsWith('interrupted')) return 130;
  return Number(/^exits (\d+)$/.exec(note)?.[1] ?? 0);
}

/** A file that the reader is asked to write begins with its name, in a comment. */
const nameOf = ({ text }: Block) => /^(?:#|\/\/) (\S+\.\w+)$/m.exec(text.split('\n', 1)[0]!)?.[1];

/** Lines of an output without what differs from run to run: numbers, the length of bars, widths of columns. */
function comparable(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/[-+]?\d+(?:[.,]\d+)*(?:e-?\d+)?/g, '0').replace(/#+|[▁▂▃▄▅▆▇█]+/g, ''))
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '' && line !== '...');
}

/** A chapter without commands, such as the techniques, has nothing to run. */
const chapters = guideChapters.filter((page) => blocksOf(page).some(({ language }) => language === 'sh'));

describe.each(chapters)('$path', (page) => {
  const blocks = blocksOf(page);
  let outcome: Outcome | undefined;

  for (const [index, block] of blocks.entries()) {
    const title = `${index + 1}: ${block.text.split('\n', 1)[0]}`;
    const reason = (one: Block) => skipReason(isPossible(one), one.note.replace(/^needs /, ''));
    const file = nameOf(block);
    if (block.language === 'sh') {
      test.skipIf(!isPossible(block))(
        `${title}${reason(block)}`,
        async () => {
          outcome = undefined;
          outcome = await runBlock(block, folder);
          expect(outcome, outcome.stderr).toMatchObject({ code: expectedCode(block), signal: null });
        },
        300_000,
      );
    } else if (block.language === 'text' && block.note === '') {
      const command = blocks[index - 1]!;
      test.skipIf(!isPossible(command))(`${title} (what it says)${reason(command)}`, () => {
        expect(command.language).toBe('sh');
        expect(comparable(`${outcome?.stdout}\n${outcome?.stderr}`)).toEqual(expect.arrayContaining(comparable(block.text)));
      });
    } else if (file !== undefined) {
      test(`${title} (a file)`, () => writeFileSync(join(folder, file), block.text));
    }
  }
});
