import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { writeRandomModel } from '../../sample/trained-model.js';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove, write } = createWorkplace();
afterAll(remove);
const run = (...args: string[]) => textloom(args, folder);
const toHub = (...args: string[]) => run('export', ...args, '--to', 'hub');
const at = (...names: string[]) => join(folder, ...names);
const cardIn = (hub: string) => parse(/^---\n([\s\S]*?\n)---\n/.exec(readFileSync(at(hub, 'README.md'), 'utf8'))![1]!);

beforeAll(async () => {
  const { stderr, code } = await run('train', 'small.yaml', '--output', 'runs/crow');
  expect([code, stderr]).toEqual([0, expect.anything()]);
  write('terms.txt', 'You may.\n');
});

describe('textloom export --to hub', () => {
  it('writes a repository beside the model, and says what is not stated', async () => {
    const { code, stdout, stderr } = await toHub('runs/crow');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').map((line) => line.replace(/ {2,}/, ' | ').replace(/, [\d.]+ (bytes|kB)$/, ', size'))).toEqual([
      'model | runs/crow/model-hub/model.safetensors, size',
      'network | runs/crow/model-hub/config.json, size',
      'Python module | runs/crow/model-hub/textloom_model.py, size',
      'tokenizer | runs/crow/model-hub/tokenizer.json, size',
      'its settings | runs/crow/model-hub/tokenizer_config.json, size',
      'for git | runs/crow/model-hub/.gitattributes, size',
      'model card | runs/crow/model-hub/README.md, size',
      'not stated | --license, --corpus-license, --language',
      'publish it | hf upload OWNER/NAME runs/crow/model-hub',
      '',
    ]);
    expect(cardIn('runs/crow/model-hub').license).toBe('unknown');
  });

  it('writes what textloom reads with the bits of the run: it samples and evaluates alike', async () => {
    await toHub('runs/crow', '-o', 'hub');
    const samples = ['sample', '-n', '60', '--seed', '7', '-p', 'The '];
    const written = await run(...samples, 'runs/crow');
    for (const model of ['hub', 'hub/model.safetensors']) {
      expect((await run(...samples, model)).stdout).toBe(written.stdout);
      for (const text of [[], ['corpus.txt']]) {
        const [own, theirs] = await Promise.all(
          ['runs/crow', model].map(async (path) => JSON.parse((await run('evaluate', path, ...text, '--json')).stdout)),
        );
        expect({ ...theirs, model: '' }).toEqual({ ...own, model: '' });
      }
    }
  });

  it('has the results of the run and its name in the card', async () => {
    const [{ name, results }] = cardIn('hub')['model-index'];
    const end = readFileSync(at('runs/crow/sessions.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .at(-1);
    expect(name).toBe('crow');
    expect(
      results.map(({ dataset, metrics }: never) => [
        (dataset as { split: string }).split,
        (metrics as { value: number }[])[1]!.value,
      ]),
    ).toEqual([
      ['validation', Number(end.validationLoss.toFixed(6))],
      ['test', Number(end.testLoss.toFixed(6))],
    ]);
  });

  it('tells the same in one JSON document, with the statements of a person in the card', async () => {
    const { stdout } = await toHub(
      ...[
        'runs/crow',
        '-o',
        'stated',
        '--json',
        '--license',
        'other',
        '--license-name',
        'crow-1',
        '--license-file',
        'terms.txt',
      ],
      ...['--corpus-license', 'CC0', '--dataset', 'me/crows', '--language', 'en', '--language', 'no'],
    );
    const { files, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({ model: 'runs/crow/model.safetensors', to: 'hub', path: 'stated', missing: {}, unstated: [] });
    expect(files.map(({ path }: { path: string }) => path).sort()).toEqual(
      readdirSync(at('stated'))
        .map((name) => `stated/${name}`)
        .sort(),
    );
    expect(readFileSync(at('stated/LICENSE'), 'utf8')).toBe('You may.\n');
    expect(cardIn('stated')).toMatchObject({
      language: ['en', 'no'],
      license: 'other',
      license_name: 'crow-1',
      license_link: 'LICENSE',
      datasets: ['me/crows'],
    });
  });

  it('names no folder of this machine', async () => {
    const corpus = { path: '/home/somebody/secret/text.txt' };
    writeRandomModel(
      folder,
      { corpus, model: { layers: [{ type: 'lstm', size: 8 }], bidirectional: true } },
      'private.safetensors',
    );
    expect((await toHub('private.safetensors', '-o', 'private')).code).toBe(0);
    expect(readdirSync(at('private'))).toContain('textloom_model_backward.py');
    for (const name of readdirSync(at('private')))
      expect(readFileSync(at('private', name), 'latin1'), name).not.toMatch(/somebody|textloom-/);
    expect(readFileSync(at('private/README.md'), 'utf8')).toContain('- text: text.txt');
  });

  it('says which file a tokenizer does not allow', async () => {
    const tokenizer = { type: 'word', tokens: ['<unk>', '<eos>', 'fox'], punctuation: 'separate' };
    writeRandomModel(folder, { tokenizer }, 'words.safetensors');
    const { stdout } = await toHub('words.safetensors', '-o', 'words');
    expect(stdout).toContain('not written     tokenizer.json: it cannot express the setting punctuation');
    expect(readFileSync(at('words/README.md'), 'utf8')).toContain('There is no tokenizer.json');
    expect(existsSync(at('words/tokenizer.json'))).toBe(false);
  });

  it('replaces an earlier repository, and nothing else in its folder, only if this is wished', async () => {
    cpSync(at('hub'), at('clone'), { recursive: true });
    mkdirSync(at('clone/.git'));
    write('clone/notes.txt', 'mine');
    expectRefusal(await toHub('runs/crow', '-o', 'clone'), { code: 2, says: ['clone exists', '--overwrite'] });
    expect((await toHub('runs/crow', '-o', 'clone', '--overwrite', '--license', 'mit')).code).toBe(0);
    expect(cardIn('clone').license).toBe('mit');
    expect(readdirSync(at('clone'))).toEqual(expect.arrayContaining(['.git', 'notes.txt', 'tokenizer.json']));
    expect(readdirSync(at('clone')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each([
    [['-o', 'nowhere/hub'], 'there is no folder nowhere'],
    [['-o', 'terms.txt', '--overwrite'], 'is a file: the name of a folder'],
    [['-o', 'runs/crow', '--overwrite'], 'is the directory of a run'],
    [['-o', 'model.onnx'], 'the name of a folder is expected'],
    [['--direction', 'forward'], 'a repository has both stacks'],
    [['--precision', 'int8'], 'only --to onnx has this option'],
    [['--with-training'], 'only --to html has this option'],
    [['-o', 'new', '--license', 'MIT'], '(did you mean mit?)'],
    [['-o', 'new', '--license', 'mit', '--license-file', 'gone.txt'], 'gone.txt'],
  ])('refuses %j', async (args, says) => {
    const before = readdirSync(folder);
    const { code, ...outcome } = await toHub('runs/crow', ...args);
    expect([2, 3]).toContain(code);
    expectRefusal({ code, ...outcome }, { code: code!, says });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('refuses its flags with other formats, and a repository in its own place', async () => {
    expectRefusal(await run('export', 'runs/crow', '--to', 'onnx', '--license', 'mit'), {
      code: 2,
      says: 'only --to hub has this option',
    });
    expectRefusal(await toHub('hub', '-o', 'hub', '--overwrite'), { code: 2, says: 'is the model itself' });
  });
});
