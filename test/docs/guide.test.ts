/** What of the guide can be checked without running its commands; `npm run test:guide` runs them. */
import { describe, expect, test } from 'vitest';
import { blocksOf, exists, filesNamedIn, linksOf } from './commands.js';
import { guideChapters, requirements } from './guide-chapters.js';
import { parseCommand } from './parse-command.js';
import { commandsOfBlock } from './run-block.js';

describe.each(guideChapters)('$path', (page) => {
  const blocks = blocksOf(page);
  const own = blocks.filter(({ language }) => language === 'sh').flatMap(commandsOfBlock);

  test('its blocks need only what the contents of the guide name as an exception', () => {
    const needed = blocks.flatMap(({ note }) => /^needs (.*)$/.exec(note)?.[1] ?? []);
    expect(needed.filter((name) => !(requirements as readonly string[]).includes(name))).toEqual([]);
  });

  test('its commands have known flags', async () => {
    for (const [name, ...words] of own) if (name === 'textloom') await parseCommand(words);
  });

  test('has links and file names that exist', () => {
    expect([...linksOf(page), ...filesNamedIn(page)].filter((path) => !exists(path))).toEqual([]);
  });
});
