import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { hubContents, publicPath, writeHub } from '../../src/export/hub-export.js';
import { readModelFile } from '../../src/run/model-file.js';
import { openModel } from '../../src/run/open-model.js';
import { relativeError } from '../engine/model-fixture.js';
import { failingFileSystem } from '../files/failing-file-system.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { cells } from '../model/short-form.js';
import { pythonWithTorch, withoutTorch } from '../outside-programs.js';
import { words, writeRandomModel } from '../sample/trained-model.js';
import { ourLogits } from './our-logits.js';

const engine = createReferenceEngine();
type Description = NonNullable<Parameters<typeof writeRandomModel>[1]>;

const lstm = { type: 'lstm', size: 12 };
const ofWords = { tokenizer: words };
const special: Record<string, Description> = {
  bidirectional: { model: { layers: [lstm, lstm], bidirectional: true } },
  'bidirectional, of mixed layers': {
    model: {
      layers: [lstm, { type: 'mgu', size: 12 }],
      bidirectional: true,
      head: { type: 'softmax', tie: true },
      embedding: { size: 12 },
    },
  },
  backward: { model: { layers: [lstm], direction: 'backward' } },
  attention: { model: { layers: [lstm, { type: 'attention', window: 4 }] } },
  'adaptive softmax': {
    ...ofWords,
    model: { layers: [lstm], head: { type: 'adaptive-softmax', cutoffs: [3, 6], divisor: 2 } },
  },
  'pointer sentinel': { ...ofWords, model: { layers: [lstm], head: { type: 'pointer-sentinel', window: 4 } } },
};
const descriptions: Record<string, Description> = {
  ...Object.fromEntries(cells.map((cell) => [JSON.stringify(cell), { cell, tieWeights: true }])),
  ...special,
};

/** The repository of a random model in a new folder. */
function exported(description: Description, files?: Parameters<typeof writeHub>[3]) {
  const folder = temporaryFolder();
  const path = writeRandomModel(folder, description, 'random.safetensors');
  const model = openModel(path, engine);
  const hub = join(folder, 'hub');
  const contents = hubContents(model, readModelFile(path));
  return { model, hub, folder, path, write: () => writeHub(hub, contents, { card: '# card\n' }, files) };
}

describe('a repository for the Hub', () => {
  it('contains the model with its bits, its config and code, for every cell, stack and head', () => {
    for (const [name, description] of Object.entries(descriptions)) {
      const { hub, path, model, write } = exported(description);
      for (const file of write()) expect(readFileSync(file.path).length).toBe(file.bytes);
      const inHub = readModelFile(join(hub, 'model.safetensors'));
      const own = readModelFile(path);
      expect([inHub.parameters, inHub.tokenizer], name).toEqual([own.parameters, own.tokenizer]);
      expect(JSON.parse(readFileSync(join(hub, 'config.json'), 'utf8')), name).toMatchObject({
        model_type: 'textloom',
        vocab_size: model.options.vocabularySize,
        direction: name.startsWith('bi') ? 'bidirectional' : name === 'backward' ? 'backward' : 'forward',
      });
      expect(existsSync(join(hub, 'textloom_model_backward.py')), name).toBe(name.startsWith('bi'));
    }
  });

  it.skipIf(!pythonWithTorch)(`has Python code that computes our logits, for each stack${withoutTorch}`, async () => {
    const windows = [[[3, 1, 4, 1]], [[5, 9]]];
    const stacks = Object.entries(special).flatMap(([name, description]) => {
      const { hub, model, write } = exported(description);
      write();
      const forward = { name, model, module: join(hub, 'textloom_model.py') };
      if (!model.backward) return [forward];
      return [forward, { name, model: model.backward, module: join(hub, 'textloom_model_backward.py') }];
    });
    expect(stacks).toHaveLength(8);
    const jobs = stacks.map(({ module }) => ({ module, windows, texts: [], prompt: '', maxTokens: 1 }));
    const script = fileURLToPath(new URL('./run_exported_modules.py', import.meta.url));
    const run = spawnSync(pythonWithTorch!, ['-W', 'error', script], { encoding: 'utf8', input: JSON.stringify(jobs) });
    expect(run.stderr).toBe('');
    for (const [i, { logits }] of JSON.parse(run.stdout).entries()) {
      const { model, name } = stacks[i]!;
      expect(relativeError(logits.flat(4), await ourLogits(model, engine, windows)), name).toBeLessThan(1e-5);
    }
  });

  it('replaces the files of an earlier one, deletes those that do not apply, and keeps those of others', () => {
    const { hub, write } = exported(special.backward!);
    mkdirSync(join(hub, '.git'), { recursive: true });
    for (const name of ['LICENSE', '.gitattributes', 'textloom_model_backward.py', 'notes.txt', 'README.md'])
      writeFileSync(join(hub, name), `old ${name}`);
    write();
    expect(readdirSync(hub).sort()).toEqual([
      '.git',
      '.gitattributes',
      'LICENSE',
      'README.md',
      'config.json',
      'model.safetensors',
      'notes.txt',
      'textloom_model.py',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect(readFileSync(join(hub, '.gitattributes'), 'utf8')).toBe('old .gitattributes');
    expect(readFileSync(join(hub, 'README.md'), 'utf8')).toBe('# card\n');
  });

  it('has no tokenizer.json for a tokenizer that it cannot express', () => {
    const { hub, write } = exported({ tokenizer: { ...words, case: 'lower' } });
    write();
    expect(readdirSync(hub).filter((name) => name.startsWith('tokenizer'))).toEqual([]);
  });

  it('is not there when the disk is full in the middle', () => {
    const { folder, write } = exported({}, failingFileSystem({ at: 9, code: 'ENOSPC', lasts: 'once' }));
    expect(write).toThrow('the disk is full');
    expect(readdirSync(folder)).toEqual(['random.safetensors']);
  });
});

describe('publicPath', () => {
  it.each([
    ['texts/book.txt', 'texts/book.txt'],
    ['/home/someone/book.txt', 'book.txt'],
    ['../someone/book.txt', 'book.txt'],
    ['texts/../../secret/book.txt', 'book.txt'],
    ['~/texts/book.txt', 'book.txt'],
    ['C:\\Users\\someone\\book.txt', 'book.txt'],
    ['\\\\server\\share\\book.txt', 'book.txt'],
  ])('of %s is %s', (path, expected) => {
    expect(publicPath(path)).toBe(expected);
  });
});
