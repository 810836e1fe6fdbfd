/** Follows a chapter of the guide as a reader would, command after command, in one folder. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Outcome } from '../commands/textloom.js';
import { pythonWithTorch, skipReason } from '../outside-programs.js';
import { type Block, blocksOf, type Page, root } from './commands.js';
import { requirements } from './guide-chapters.js';
import { runBlock } from './run-block.js';

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

/**
 * Declares a test for each block of the page: commands end as the page says and say what it shows, files are written.
 *
 * @returns what each block of commands said, by the text of the block, once the tests have run
 */
export function followChapter(page: Page, folder: string): ReadonlyMap<string, Outcome> {
  const blocks = blocksOf(page);
  const outcomes = new Map<string, Outcome>();
  for (const [index, block] of blocks.entries()) {
    const title = `${index + 1}: ${block.text.split('\n', 1)[0]}`;
    const reason = (one: Block) => skipReason(isPossible(one), one.note.replace(/^needs /, ''));
    const file = nameOf(block);
    if (block.language === 'sh') {
      test.skipIf(!isPossible(block))(
        `${title}${reason(block)}`,
        async () => {
          outcomes.delete(block.text);
          const outcome = await runBlock(block, folder);
          outcomes.set(block.text, outcome);
          expect(outcome, outcome.stderr).toMatchObject({ code: expectedCode(block), signal: null });
        },
        300_000,
      );
    } else if (block.language === 'text' && block.note === '') {
      const command = blocks[index - 1]!;
      test.skipIf(!isPossible(command))(`${title} (what it says)${reason(command)}`, () => {
        expect(command.language).toBe('sh');
        const outcome = outcomes.get(command.text);
        expect(comparable(`${outcome?.stdout}\n${outcome?.stderr}`)).toEqual(expect.arrayContaining(comparable(block.text)));
      });
    } else if (file !== undefined) {
      test(`${title} (a file)`, () => writeFileSync(join(folder, file), block.text));
    }
  }
  return outcomes;
}
