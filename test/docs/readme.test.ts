import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { ExitCode } from '../../src/foundation/errors.js';
import * as library from '../../src/index.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { blocksOf, codeBlocks, commandsOf, exists, filesNamedIn, linksOf, type Page, readPage, root } from './commands.js';
import { parseCommand } from './parse-command.js';

const readme = readPage('README.md');
const chinese = readPage('README.zh-CN.md');
const designNotes = readdirSync(join(root, 'docs/design')).map((name) => `docs/design/${name}`);
const otherPages = ['docs/architecture.md', 'CHANGELOG.md', 'bench/README.md', 'test/golden/README.md', 'corpora/README.md'];
const pages = [readme, chinese, ...[...otherPages, ...designNotes].map(readPage)];
const commands = commandsOf(readme);
const isMissing = (path: string) => !exists(path);
const own = (words: readonly string[]) => words[0] === 'textloom';

describe('the commands of the README', () => {
  test('are found', () => {
    expect(commands.filter(own).length).toBeGreaterThan(10);
    expect(commands.filter(([word]) => word === 'npm').length).toBeGreaterThanOrEqual(4);
    expect(commands.filter((words) => !own(words) && words[0] !== 'npm')).toEqual([]);
  });

  test('begin with the two that do everything', () => {
    expect(codeBlocks(readme, 'sh').slice(0, 2)).toEqual(['npm ci && npm run quickstart\n', 'npm ci && npm test\n']);
  });

  test('name scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const names = commands.filter(([word]) => word === 'npm').map(([, verb = '', name = '']) => (verb === 'run' ? name : verb));
    expect(names.filter((name) => name !== 'ci' && !(name in scripts))).toEqual([]);
  });

  const parsed = commands.filter((words) => own(words) && words[1] !== '--help').map((words) => words.slice(1));

  test.each(parsed.map((words) => [words.join(' '), words] as const))('textloom %s: has known flags', async (_, words) => {
    const given = await parseCommand(words);
    const [path] = [given.config ?? given.model ?? given.file ?? given.sources ?? given.corpus ?? 'novel.yaml'].flat();
    // What does not lie in a folder of the project's is the reader's own.
    if (typeof path === 'string' && /^(configs|corpora|test)\//.test(path)) expect(exists(path), path).toBe(true);
    else expect(path).toMatch(/^(runs\/\w+|novel\.(yaml|txt)|weights\.safetensors)$/);
  });

  const trainings = parsed.filter(([command, config = '']) => command === 'train' && config.startsWith('configs/'));

  test.each(trainings.map((words) => [words.join(' '), words] as const))('textloom %s: is a good config', async (_, words) => {
    const { config, set } = await parseCommand(words);
    const resolved = loadConfig(join(root, config as string), { set: (set ?? []) as string[] });
    expect(resolved.training.batchSize).toBeGreaterThan(0);
  });

  test('are reported if they are wrong', async () => {
    await expect(parseCommand(['train', 'configs/lstm.yaml', '--sed', 'a=b'])).rejects.toThrow(/sed/);
    await expect(parseCommand(['trian', 'configs/lstm.yaml'])).rejects.toThrow();
    await expect(parseCommand(['corpus', 'audit', 'novel.txt', '--jsn'])).rejects.toThrow(/jsn/);
    await expect(parseCommand(['export'])).rejects.toThrow();
  });
});

describe('what the README says beside commands', () => {
  test('its config is one', () => {
    const [yaml] = codeBlocks(readme, 'yaml');
    const file = join(temporaryFolder(), 'novel.yaml');
    writeFileSync(file, yaml!);
    expect(loadConfig(file)).toMatchObject({ name: 'novel', output: 'runs/novel', training: { epochs: 10 } });
  });

  test('its program imports what the library exports', () => {
    const [program] = codeBlocks(readme, 'ts');
    const names = /import \{ ([^}]*) \} from 'textloom'/.exec(program!)![1]!.split(', ');
    expect(names.length).toBeGreaterThan(3);
    expect(names.filter((name) => !(name in library))).toEqual([]);
  });

  test.each([readme, chinese])('the exit codes of $path are all that there are', ({ text }) => {
    const rows = [...text.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
    expect(new Set(rows)).toEqual(new Set([0, ...Object.values(ExitCode)]));
  });

  test('it has fewer than 250 lines', () => {
    expect(readme.text.split('\n').length).toBeLessThan(250);
  });
});

describe('the Chinese README', () => {
  test('has the code blocks of the English one', () => {
    expect(blocksOf(chinese)).toEqual(blocksOf(readme));
  });

  test('has the links of the English one, and each links to the other', () => {
    expect(linksOf(readme)).toContain(chinese.path);
    expect(linksOf(chinese)).toContain(readme.path);
    const targets = (page: Page) => linksOf(page).filter((path) => path !== readme.path && path !== chinese.path);
    expect(targets(chinese)).toEqual(targets(readme));
  });

  test('has as many headings and table rows as the English one', () => {
    const count = ({ text }: Page, start: RegExp) => text.match(start)?.length;
    expect(count(chinese, /^#+ /gm)).toBe(count(readme, /^#+ /gm));
    expect(count(chinese, /^\|/gm)).toBe(count(readme, /^\|/gm));
  });
});

test('the table of configs in the guide has every ready config', () => {
  const ready = readdirSync(join(root, 'configs')).filter((name) => name.endsWith('.yaml'));
  expect(linksOf(readPage('docs/guide/configuration.md'))).toEqual(
    expect.arrayContaining(ready.map((name) => `configs/${name}`)),
  );
});

describe.each(pages)('$path', (page) => {
  test('has links that exist', () => {
    expect(linksOf(page).filter(isMissing)).toEqual([]);
  });

  test('has file names that exist', () => {
    expect(filesNamedIn(page).filter(isMissing)).toEqual([]);
  });
});
