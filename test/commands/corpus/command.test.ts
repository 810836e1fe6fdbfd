import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { publicCorpora } from '../../../src/text/fetch/catalogue.js';
import { formalGenerator } from '../../../src/text/generators/formal/index.js';
import { formalCorpus } from '../../../src/text/generators/formal/parameters.js';
import { skipReason } from '../../outside-programs.js';
import { type Route, serveFiles } from '../../text/fetch/file-server.js';
import { textloom } from '../textloom.js';
import { createWorkplace, smallConfig } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);
const corpus = (...args: string[]) => textloom(['corpus', ...args], folder);
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const data = join(import.meta.dirname, '../../../../shared/data');

describe('textloom corpus generate', () => {
  it('writes the text of a generator, and reports its entropy and the config section for it', async () => {
    const { code, stdout, stderr } = await corpus(
      'generate',
      'copy',
      '--distance',
      '3',
      '--characters',
      '5000',
      '--output',
      'copy.txt',
    );
    const generator = formalGenerator(formalCorpus('copy', { distance: 3 }));
    expect([code, stderr]).toEqual([0, '']);
    expect(read('copy.txt')).toBe(generator.generate({ seed: 1, characters: 5000 }));
    const { natsPerCharacter } = generator.entropy();
    expect(stdout).toContain(natsPerCharacter.toFixed(4));
    expect(stdout).toContain((natsPerCharacter / Math.LN2).toFixed(4));
    expect(stdout).toContain(
      'corpus:\n  path: copy.txt\n  generator:\n    type: copy\n    length: 5\n    distance: 3\n    alphabet: 4\n',
    );
  });

  it.each([
    {
      line: 'markov --order 1 --alphabet 3 --line-length 12 --table-seed 9',
      corpus: formalCorpus('markov', { order: 1, alphabet: 3, lineLength: 12, tableSeed: 9 }),
    },
    { line: 'reber --embeddings 2', corpus: formalCorpus('reber', { embeddings: 2 }) },
    {
      line: 'dyck --pairs 3 --maximum-depth 4 --opening 0.3',
      corpus: formalCorpus('dyck', { pairs: 3, maximumDepth: 4, opening: 0.3 }),
    },
    { line: 'adding --length 3 --base 7', corpus: formalCorpus('adding', { length: 3, base: 7 }) },
  ])('takes the parameters of $line', async ({ line, corpus: expected }) => {
    const name = `${line.replaceAll(/\W+/g, '-')}.txt`;
    const { stdout } = await corpus('generate', ...line.split(' '), '--characters', '2000', '--output', name, '--json');
    expect(JSON.parse(stdout).generator).toEqual(expected);
    expect(read(name)).toBe(formalGenerator(expected).generate({ seed: 1, characters: 2000 }));
  });

  it('prints a section that a config can use unchanged, and training reports the entropy', async () => {
    const { stdout } = await corpus('generate', 'reber', '--characters', '20000', '--output', 'a b.txt');
    const section = stdout.slice(stdout.indexOf('corpus:'));
    write(
      'reber.yaml',
      `${section}model: { layers: 1, hiddenSize: 4 }\ntraining: { steps: 2, batchSize: 4, sequenceLength: 10 }\n`,
    );
    const { code, stderr } = await textloom(['train', 'reber.yaml'], folder);
    expect(code).toBe(0);
    expect(stderr).toMatch(/the entropy of this text is 0\.3\d{3} nats; the model is \d+\.\d% above it/);
  });

  it('tells everything in one JSON document', async () => {
    const { stdout } = await corpus(
      'generate',
      'fables',
      '--characters',
      '3000',
      '--seed',
      '7',
      '--output',
      'fables.txt',
      '--json',
    );
    const { length } = read('fables.txt');
    expect(JSON.parse(stdout)).toMatchObject({
      output: 'fables.txt',
      generator: 'fables',
      seed: 7,
      characters: length,
      entropy: { natsPerCharacter: expect.closeTo(0.37, 2) },
      text: { nats: expect.any(Number), natsPerCharacter: expect.any(Number) },
    });
  });

  it('replaces a file only when told to', async () => {
    write('mine.txt', 'mine');
    const args = ['generate', 'dyck', '--characters', '100', '--output', 'mine.txt'];
    expect(await corpus(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining('mine.txt exists') });
    expect(read('mine.txt')).toBe('mine');
    expect(await corpus(...args, '--overwrite')).toMatchObject({ code: 0 });
    expect(read('mine.txt')).toMatch(/^[()[\]\n]+$/);
  });
});

describe('textloom corpus audit', () => {
  it('has no findings for a clean corpus', async () => {
    const text = formalGenerator(formalCorpus('markov', { alphabet: 26 })).generate({ seed: 1, characters: 30_000 });
    write('clean.txt', text);
    write('clean.yaml', 'corpus: { path: clean.txt, split: { train: 0.9, validation: 0.1 } }\ntraining: { epochs: 1 }\n');
    const { code, stdout, stderr } = await corpus('audit', 'clean.yaml');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ +train +validation\nbytes +2\d,\d{3} +[23],\d{3}\n/);
    expect(stdout).toContain('No findings: the corpus is clean.\n');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows leaks with their positions, and exits as for bad data', async () => {
    const lines = read('clean.txt').split('\n');
    write(
      'train.txt',
      `${lines.join('\n')}one two \u001b[31m three four five six seven eight nine ten eleven twelve thirteen\n`,
    );
    write(
      'valid.txt',
      `${lines.slice(0, 30).join(' \n')}\none two \u001b[31m three four five six seven eight nine ten eleven twelve thirteen\n`,
    );
    const { code, stdout, stderr } = await corpus('audit', 'train.txt', 'valid.txt');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^textloom: the corpus is not clean: \d findings?\n$/);
    expect(stdout).toContain('valid.txt:1 repeats train.txt:1\n    30 words: ');
    expect(stdout).toMatch(/- \d+\.\d% of valid\.txt occurs word for word in an earlier part/);
    expect(stdout).toContain('words: one two \\u{1b}[31m three');
    expect(stdout).not.toContain('\u001b');
  });

  it('tells everything in one JSON document', async () => {
    const { code, stdout } = await corpus('audit', 'corpus.txt', '--tokenizer', 'word', '--json');
    const report = JSON.parse(stdout);
    expect(code).toBe(3);
    expect(report).toMatchObject({ clean: false, tokenizer: 'word', vocabularySize: expect.any(Number), sampledWindows: 1 });
    expect(report.parts).toMatchObject([{ name: 'corpus.txt', lines: 180, words: 600, repeatedLines: 118 }]);
    expect(report.findings).toMatchObject([{ kind: 'repetition', part: 'corpus.txt' }]);
  });
});

describe('textloom corpus fetch', () => {
  it('lists the corpora, with licence, address and digest', async () => {
    const { code, stdout } = await corpus('fetch', '--list');
    expect(code).toBe(0);
    for (const { name, licence, files } of publicCorpora) {
      for (const text of [name, licence, ...files.flatMap(({ address, sha256 }) => [address, sha256])])
        expect(stdout).toContain(text);
    }
    expect(JSON.parse((await corpus('fetch', '--list', '--json')).stdout)).toEqual(publicCorpora);
  });

  it('refuses a different file of a mirror, and leaves no file behind', async () => {
    const server = await serveFiles(new Map<string, Route>([['/m/tinyshakespeare.txt', { content: Buffer.from('To be') }]]));
    const { code, stdout, stderr } = await corpus('fetch', 'tinyshakespeare', '--mirror', `${server.base}m`, '--output', 'got');
    await server.close();
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('the download ended after 5 of 1115394 bytes. Run the command again');
    expect(existsSync(join(folder, 'got/tinyshakespeare.txt'))).toBe(false);
  });

  const reason = skipReason(existsSync(data), data);
  it.skipIf(reason)(`downloads the files, resumes after an interruption, and says when they exist${reason}`, async () => {
    const content = readFileSync(join(data, 'tinyshakespeare.txt'));
    const routes = new Map<string, Route>([['/tinyshakespeare.txt', { content, breakAfter: 300_000 }]]);
    const server = await serveFiles(routes);
    const fetchIt = () => corpus('fetch', 'tinyshakespeare', '--mirror', server.base, '--output', 'texts/public');
    expect(await fetchIt()).toMatchObject({ code: 3, stderr: expect.stringContaining('continues where it stopped') });
    routes.set('/tinyshakespeare.txt', { content });
    const resumed = await fetchIt();
    const again = await fetchIt();
    await server.close();
    const file = join('texts', 'public', 'tinyshakespeare.txt');
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    expect(resumed.stdout).toBe(`${file}: 1115394 bytes, download resumed, SHA-256 as expected\nlicence: public domain\n`);
    expect(again.stdout).toContain('already present');
    expect(readFileSync(join(folder, file)).equals(content)).toBe(true);
    writeFileSync(join(folder, file), 'other');
    expect(await fetchIt()).toMatchObject({ code: 2, stderr: expect.stringContaining('is not tinyshakespeare.txt') });
  });
});

describe('textloom corpus cache', () => {
  it('lists the files that train has cached and reported, and deletes only these', async () => {
    write('cached.yaml', `${smallConfig.replace('{ path: corpus.txt }', '{ path: corpus.txt, cache: kept }')}`);
    const { stderr } = await textloom(['train', 'cached.yaml'], folder);
    expect(stderr).toMatch(
      /the tokens are stored for later runs: .*kept\/tokens-\w{64}\.bin \(0\.0 MB\); textloom corpus cache/,
    );
    write('kept/notes.txt', 'mine');
    const { stdout } = await corpus('cache', '--folder', 'kept');
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d {2} +[\d.]+ (kB|bytes) {2}tokens-/m);
    expect(stdout).toMatch(/^4 files of [\d.]+ kB in kept$/m);
    const { files } = JSON.parse((await corpus('cache', '--folder', 'kept', '--json')).stdout);
    expect(files.map(({ path }: { path: string }) => path.replace(/-\w{64}/, '')).sort()).toEqual([
      'kept/sources.json',
      'kept/splits.json',
      'kept/tokenizer.json',
      'kept/tokens.bin',
    ]);
    expect((await corpus('cache', '--folder', 'kept', '--clear')).stdout).toMatch(/^deleted 4 files of [\d.]+ kB in kept$/m);
    expect(readdirSync(join(folder, 'kept'))).toEqual(['notes.txt']);
  });
});
