import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createAsker, NoAnswer } from '../../../src/commands/init/ask.js';
import { lookAtCorpus, proposePreset } from '../../../src/commands/init/corpus-facts.js';
import { presetNames } from '../../../src/commands/init/preset-names.js';
import { chooseConfig } from '../../../src/commands/init/run.js';
import { parseBudget } from '../../../src/commands/init/time-budget.js';
import { typedPath } from '../../../src/commands/init/typed-path.js';
import { loadConfig } from '../../../src/config/load.js';
import { loadTrainingData } from '../../../src/train/training-data.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove, write } = createWorkplace();
afterAll(remove);
const at = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(at(name), 'utf8');
const flags = {
  directory: folder,
  corpus: at('corpus.txt'),
  preset: undefined,
  name: undefined,
  time: 'none',
  yes: true,
  force: false,
};

/** A person who types these lines; `heard` is what stood on the screen. */
function person(lines: readonly string[]) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let heard = '';
  output.setEncoding('utf8').on('data', (text) => {
    heard += text;
    if (!text.endsWith(': ')) return;
    const next = lines[asked++];
    if (next === undefined) input.end();
    else input.write(`${next}\n`);
  });
  let asked = 0;
  return { asker: createAsker(input, output), heard: () => heard };
}

describe('textloom init', () => {
  it('writes a config that trains, and names the next command', async () => {
    const { code, stdout, stderr } = await textloom(['init', 'made/here', '--corpus', 'corpus.txt', '--yes'], folder);
    expect([code, stderr]).toEqual([0, '']);
    const path = 'made/here/corpus.yaml';
    expect(stdout).toContain(
      `${path} is written\nlook at the plan: textloom train ${path} --dry-run\nthen train: textloom train ${path}\n`,
    );
    expect(stdout).toMatch(/^the text is short \(2,700 characters\): .*train --from MODEL/);
    expect(stdout).toMatch(/\ntypedarray|\ntyped-array trains [\d,]+ tokens\/s here: 30 epochs take about /);
    const trained = await textloom(['train', path, '--quiet', '--set', 'training.epochs=1'], folder);
    expect([trained.code, trained.stderr]).toEqual([0, '']);
    expect(existsSync(at('runs/corpus/model.safetensors'))).toBe(true);
  });

  it('plans more epochs for a longer --time', async () => {
    write('long.txt', readFileSync(at('corpus.txt'), 'utf8').repeat(300));
    const epochs = async (time: string) => {
      const args = ['--corpus', 'long.txt', '--name', `for-${time}`, '--preset', 'quickstart', '--time', time, '--yes'];
      expect((await textloom(['init', ...args], folder)).code).toBe(0);
      return loadConfig(at(`for-${time}.yaml`)).training.epochs!;
    };
    expect(await epochs('1s')).toBeLessThan(await epochs('2h'));
  });

  it('names the schema, which exists, and the text relative to the config', async () => {
    const { content } = await chooseConfig({ ...flags, directory: at('sub'), name: 'x' }, undefined);
    const [, schema = ''] = /^# yaml-language-server: \$schema=(.*)$/m.exec(content) ?? [];
    expect(JSON.parse(readFileSync(resolve(at('sub'), schema), 'utf8')).title).toBe('Textloom config');
    expect(content).toContain('  path: ../corpus.txt\n');
    expect(content).toContain('The text has 2,700 characters in 180 lines');
  });

  it.each(presetNames)('the preset %s is a config that loads', async (preset) => {
    const { content, path } = await chooseConfig({ ...flags, preset, name: `of-${preset}` }, undefined);
    writeFileSync(path, content);
    const config = loadConfig(path);
    expect(config).toMatchObject({ name: `of-${preset}`, corpus: { path: at('corpus.txt') } });
    const loaded = config as { tokenizer: { type: string } };
    expect(loaded.tokenizer.type).toBe(
      { word: 'word', fill: 'word', bpe: 'bpe', large: 'bpe' }[preset as string] ?? 'character',
    );
  });

  it('takes the only text that is in the folder', async () => {
    mkdirSync(at('one'));
    write('one/tales.txt', 'Once upon a time.\n'.repeat(20));
    const { path, content } = await chooseConfig({ ...flags, directory: at('one'), corpus: undefined }, undefined);
    expect(path).toBe(at('one/tales.yaml'));
    expect(content).toContain('path: tales.txt');
  });

  it.each(['true.txt', '1984.txt', 'a b: "c" #d.txt', 'null', "it's\na # trap: x.txt"])(
    'writes the name %j so that it reads back',
    async (name) => {
      write(name, 'Some text to learn from.\n'.repeat(20));
      const { path, content } = await chooseConfig({ ...flags, corpus: at(name) }, undefined);
      writeFileSync(path, content);
      expect(loadConfig(path).corpus).toMatchObject({ path: at(name) });
    },
  );

  it('never replaces a config, unless --force says so', async () => {
    write('mine.yaml', 'precious');
    const args = ['init', '--corpus', 'corpus.txt', '--name', 'mine'];
    const refused = await textloom(args, folder);
    expect([refused.code, read('mine.yaml')]).toEqual([2, 'precious']);
    expect(refused.stderr).toContain('mine.yaml exists: give another name, or replace it with --force');
    expect((await textloom([...args, '--force'], folder)).code).toBe(0);
    expect(read('mine.yaml')).toContain('name: mine');
  });
});

describe('the questions of init', () => {
  const open = { ...flags, corpus: undefined, time: undefined, yes: false };

  it('are repeated after an invalid answer, and take the proposal for an empty line', async () => {
    const { asker, heard } = person(['gone.txt', at('corpus.txt'), 'a/b', 'asked', 'soon', 'none', '', 'bpe']);
    const { path, content } = await chooseConfig(open, asker).finally(asker.close);
    // The preset was proposed, and an empty line took it: the last answer was not asked for.
    expect(path).toBe(at('asked.yaml'));
    expect(content).toContain('# The preset small:');
    for (const said of [
      'gone.txt',
      '2,700 characters',
      '--name "a/b"',
      'proposed preset: small',
      'Name of the run [corpus]: ',
      'none) [15m]: ',
    ])
      expect(heard()).toContain(said);
  });

  it('are not asked for what the flags say', async () => {
    const { asker, heard } = person([]);
    const { content } = await chooseConfig({ ...flags, name: 'said', preset: 'word', yes: false }, asker).finally(asker.close);
    expect(content).toContain('# The preset word:');
    expect(heard()).not.toContain(': [');
    expect(content).not.toContain('proposed because');
  });

  it('end when the input ends', async () => {
    const { asker } = person([at('corpus.txt')]);
    await expect(chooseConfig(open, asker).finally(asker.close)).rejects.toThrow(NoAnswer);
  });
});

describe('the proposal', () => {
  const proposalFor = async (text: string) => {
    write('proposal.txt', text);
    return proposePreset(await lookAtCorpus(at('proposal.txt'))).preset;
  };

  it('depends on the length of the text', async () => {
    const line = 'All that is gold does not glitter, not all those who wander are lost.\n';
    expect(await proposalFor(line.repeat(10))).toBe('small');
    expect(await proposalFor(line.repeat(8000))).toBe('character');
    expect(await proposalFor(line.repeat(60_000))).toBe('bpe');
    expect(await proposalFor(line.repeat(130_000))).toBe('large');
  });

  it('is characters for a script with thousands of them', async () => {
    const characters = Array.from({ length: 3000 }, (_, i) => String.fromCodePoint(0x4e00 + i));
    expect(await proposalFor(characters.join(''))).toBe('small');
    expect(await proposalFor(characters.join('').repeat(50))).toBe('character');
  });
});

describe('the config that init writes', () => {
  const line = 'All that is gold does not glitter, not all those who wander are lost.\n';
  // Each of these is refused by train under the plain settings: see the word after the name.
  const texts: readonly [what: string, text: string, ...says: string[]][] = [
    ['a rare character in the held-out part', `${line.repeat(40)}Ω\n`, 'minimumCount: 2'],
    ['a text of one line', line.trim().repeat(40), 'boundary: character'],
    ['a text whose only line end is the last', `${line.trim().repeat(40)}\n`, 'boundary: character'],
    ['a text of two lines', `${line.trim().repeat(40)}\nA short end.\n`, 'boundary: character'],
    ['line ends of Windows', line.replace('\n', '\r\n').repeat(40), 'newlines: lf'],
    ['line ends of old Macs', line.replace('\n', '\r').repeat(40), 'newlines: lf'],
    ['separate accents', `Cafe\u0301 au lait. ${line}`.repeat(40), 'unicode: NFC'],
    [
      'hundreds of different characters',
      Array.from({ length: 1500 }, (_, i) => String.fromCodePoint(0x4e00 + i))
        .join('')
        .repeat(8),
      'minimumCount: 5',
    ],
  ];

  it.each(texts)('is accepted by train: %s', async (what, text, ...says) => {
    const name = what.replaceAll(' ', '-');
    write(`${name}.txt`, text);
    const { path, content } = await chooseConfig({ ...flags, corpus: at(`${name}.txt`) }, undefined);
    for (const setting of says) expect(content).toContain(setting);
    writeFileSync(path, content);
    const data = await loadTrainingData(loadConfig(path));
    expect(data.validation!.length).toBeGreaterThan(50);
  });

  it('refuses a text that is too short to learn from', async () => {
    write('short.txt', 'Hello.\n');
    await expect(chooseConfig({ ...flags, corpus: at('short.txt') }, undefined)).rejects.toThrow(
      'short.txt: the text has 7 characters, too few to train',
    );
  });

  it('fits into the time: fewer epochs, and a smaller network where those are too few', async () => {
    write('long.txt', line.repeat(5000));
    const { content, notes } = await chooseConfig({ ...flags, corpus: at('long.txt'), time: '1s' }, undefined);
    expect(content).toContain('  epochs: 1 #');
    expect(content).toContain('# The preset small:');
    expect(notes.join('\n')).toContain('one epoch takes longer than the given time');
  });

  it('has more dropout for a small text', async () => {
    write('few.txt', line.repeat(300));
    write('more.txt', line.repeat(3000));
    const dropout = async (name: string) => {
      const { content } = await chooseConfig({ ...flags, corpus: at(name), preset: 'small' }, undefined);
      return Number(/dropout: ([\d.]+)/.exec(content)![1]);
    };
    expect(await dropout('few.txt')).toBeGreaterThan(await dropout('more.txt'));
  });
});

describe('a path that is typed or dragged', () => {
  mkdirSync(at('with blanks'));
  const file = at("with blanks/it's (1).txt");
  writeFileSync(file, 'x');
  it.each([
    ['as it is', file],
    ['in single quotes', `'${file.replace("'", "'\\''")}'`],
    ['in double quotes', `"${file}"`],
    ['with backslashes', file.replace(/[ '()]/g, '\\$&')],
    ['as an address', pathToFileURL(file).href],
  ])('%s', (_, typed) => {
    expect(typedPath(typed)).toBe(file);
  });

  it.each([
    ["it's here.txt", "it's here.txt"],
    ['texts/*.txt', 'texts/*.txt'],
    ['~/novel.txt', join(homedir(), 'novel.txt')],
    ["'~x.txt'", '~x.txt'],
  ])('%s may stand for no file', (typed, path) => {
    expect(typedPath(typed)).toBe(path);
  });
});

describe('the time that training may take', () => {
  it.each([
    ['90s', 90],
    ['10m', 600],
    ['10 min', 600],
    ['1.5h', 5400],
    ['2 hours', 7200],
    ['1d', 86_400],
    ['none', Number.POSITIVE_INFINITY],
  ])('%s is %s seconds', (text, seconds) => expect(parseBudget(text)).toBe(seconds));

  it.each(['', '10', 'm', '-5m', '0s', 'soon', '5 parsecs'])('is not %j', (text) => {
    expect(() => parseBudget(text)).toThrow('a time such as 90s, 10m or 2h is expected');
  });
});
