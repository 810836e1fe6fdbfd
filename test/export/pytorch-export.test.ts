import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { exportPyTorch } from '../../src/export/pytorch-export.js';
import { exportSafetensors } from '../../src/export/safetensors-export.js';
import { readSafetensors } from '../../src/files/safetensors-reader.js';
import { type OpenedModel, openModel } from '../../src/run/open-model.js';
import { createGenerator } from '../../src/sample/generate.js';
import { readHuggingFaceTokenizer } from '../../src/text/hugging-face-file.js';
import { trainTokenizer } from '../../src/text/tokenizers/index.js';
import { relativeError } from '../engine/model-fixture.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { cells } from '../model/short-form.js';
import { pythonWithTorch, withoutTorch } from '../outside-programs.js';
import { characters, independentDocuments, words, writeRandomModel } from '../sample/trained-model.js';
import { mixedTexts } from '../text/tokenizers/mixed-texts.js';
import { ourLogits } from './our-logits.js';

const engine = createReferenceEngine();

/** Byte pairs, with an added token or two. */
function bytePairs(...added: string[]): object {
  const state = trainTokenizer(
    { type: 'bpe', vocabularySize: 300 },
    "The fox's cheese isn't the crow's; they'll see.\n".repeat(9),
  ).toJSON();
  if (state.type !== 'bpe') throw new Error('not byte pairs');
  const tokens = [...state.tokens, ...added];
  return { ...state, tokens, added: added.map((_, i) => state.tokens.length + i) };
}

const withUnknown = { type: 'character', tokens: ['<unk>', '<eos>', ...characters.tokens] };
const mixed = [
  "they'll see the fox's cheese",
  ...mixedTexts,
  'a<|end|>b<|end|>more<|end|>',
  'new letters \u{10d50}x \u{10940}x',
];
const known = ['the fox', 'said, to the crow.\n\n'];

/** Ligatures, full-width letters and all kinds of line ends change. */
const normalized = { path: 'corpus.txt', normalization: { unicode: 'NFKC', newlines: 'lf' } };
const cases = [
  ...cells.flatMap((cell) => [false, true].map((tieWeights) => ({ cell, tieWeights, tokenizer: characters, texts: known }))),
  { cell: cells[2]!, tieWeights: false, tokenizer: withUnknown, texts: mixed },
  { cell: cells[2]!, tieWeights: false, tokenizer: words, texts: mixed },
  { cell: cells[2]!, tieWeights: false, tokenizer: { type: 'byte' }, texts: mixed },
  { cell: cells[2]!, tieWeights: false, tokenizer: bytePairs(), texts: mixed },
  { cell: cells[2]!, tieWeights: false, tokenizer: { type: 'byte', documentEnd: true }, texts: mixed, corpus: normalized },
  { cell: cells[2]!, tieWeights: false, tokenizer: bytePairs('<|end|>'), texts: mixed, corpus: normalized },
  { cell: cells[2]!, tieWeights: false, tokenizer: withUnknown, texts: mixed, corpus: normalized },
  { cell: cells[2]!, tieWeights: false, tokenizer: words, texts: mixed, corpus: normalized },
  { cell: cells[2]!, tieWeights: false, tokenizer: bytePairs('<|end|>', '<|end|>more'), texts: mixed },
  { cell: cells[2]!, tieWeights: false, tokenizer: withUnknown, texts: mixed, corpus: independentDocuments },
];
/** Three rows; the second window goes on from the first. */
const windows = [
  [
    [3, 1, 4, 1, 5],
    [9, 2, 6, 5, 3],
    [5, 8, 9, 7, 9],
  ],
  [
    [0, 1],
    [2, 3],
    [4, 5],
  ],
];
const job = { windows, prompt: 'the ', maxTokens: 40 };

async function greedySample(model: OpenedModel, prompt: string): Promise<string> {
  const generator = createGenerator({ model, engine });
  const read = await generator.read(prompt);
  let text = read.text;
  for await (const piece of generator.generate(read, { maximumTokens: job.maxTokens, temperature: 0, seed: 1 })) text += piece;
  return text;
}

describe.skipIf(!pythonWithTorch)(`an exported module, run by torch,${withoutTorch}`, () => {
  it('computes our logits with its state carried, tokenizes as we do and writes the same greedy sample, for every cell and tokenizer', async () => {
    const folder = temporaryFolder();
    const models = cases.map((description, i) => openModel(writeRandomModel(folder, description, `${i}.safetensors`), engine));
    const jobs = models.map((model, i) => {
      const files = exportPyTorch(model, join(folder, `exported-${i}.safetensors`));
      return { ...job, module: files[1]!.path, texts: cases[i]!.texts, prompt: i === 0 ? '' : job.prompt };
    });
    const script = fileURLToPath(new URL('./run_exported_modules.py', import.meta.url));
    const run = spawnSync(pythonWithTorch!, ['-W', 'error', script], {
      encoding: 'utf8',
      input: JSON.stringify(jobs),
      maxBuffer: 1e8,
      cwd: folder,
    });
    expect(run.stderr).toBe('');
    const answers = JSON.parse(run.stdout);
    for (const [i, model] of models.entries()) {
      const { logits, ids, texts, sample, names } = answers[i];
      expect(relativeError(logits.flat(4), await ourLogits(model, engine, windows)), JSON.stringify(cases[i])).toBeLessThan(
        1e-5,
      );
      const ours = jobs[i]!.texts.map((text) => Array.from(model.tokenizer.encode(text)));
      expect(ids).toEqual(ours);
      expect(texts).toEqual(ours.map((list) => model.tokenizer.decode(list)));
      expect(sample).toBe(await greedySample(model, jobs[i]!.prompt));
      expect(names.filter((name: string) => !name.startsWith('rnn.'))).toEqual([
        'decoder.bias',
        'decoder.weight',
        'encoder.weight',
      ]);
    }
  });

  it('continues a prompt as a program, and shows control characters', () => {
    const folder = temporaryFolder();
    const model = openModel(writeRandomModel(folder, { tokenizer: { type: 'byte' }, range: 2 }), engine);
    const [, module] = exportPyTorch(model, join(folder, 'program.py'));
    const { stdout, stderr } = spawnSync(pythonWithTorch!, [module!.path, 'a\u001bb', '-n', '2'], {
      encoding: 'utf8',
      cwd: '/',
    });
    expect([stderr, stdout.slice(0, 6)]).toEqual(['', 'a\\x1bb']);
  });
});

describe('the files of an export to PyTorch', () => {
  it('are named after the path, the module so that Python can import it', () => {
    const folder = temporaryFolder();
    const model = openModel(writeRandomModel(folder), engine);
    const names = (path: string) => exportPyTorch(model, join(folder, path)).map((file) => file.path.slice(folder.length + 1));
    expect(names('fox')).toEqual(['fox.safetensors', 'fox.py']);
    expect(names('fox.py')).toEqual(['fox.safetensors', 'fox.py']);
    expect(names('2 "foxes".safetensors')).toEqual(['2 "foxes".safetensors', '_2__foxes_.py']);
    expect(readFileSync(join(folder, '_2__foxes_.py'), 'utf8')).toContain('.with_name("2 \\"foxes\\".safetensors")');
    expect(readdirSync(folder).filter((name) => name.startsWith('fox'))).toEqual(['fox.py', 'fox.safetensors']);
  });

  it('include a tokenizer.json with the same encodings, where tokens are byte pairs', async () => {
    const folder = temporaryFolder();
    for (const corpus of [undefined, normalized]) {
      const model = openModel(writeRandomModel(folder, { tokenizer: bytePairs('<|end|>'), ...(corpus && { corpus }) }), engine);
      const file = exportPyTorch(model, join(folder, 'fox'))[2]!;
      expect(file.path).toBe(join(folder, 'fox.tokenizer.json'));
      const theirs = await readHuggingFaceTokenizer(file.path);
      for (const text of mixed) expect(theirs.encode(text)).toEqual(model.tokenizer.encode(text));
    }
  });

  it('are not written where the module would encode differently', () => {
    const folder = temporaryFolder();
    const model = openModel(writeRandomModel(folder), engine);
    const toJSON = () => ({ ...model.tokenizer.toJSON(), case: 'lower' });
    const lower = { ...model, tokenizer: { ...model.tokenizer, toJSON } } as OpenedModel;
    expect(() => exportPyTorch(lower, join(folder, 'fox'))).toThrow('character tokenizer has case, which the Python module');
    expect(readdirSync(folder)).toEqual(['model.safetensors']);
  });

  it('contain no token in the program', () => {
    const folder = temporaryFolder();
    const tokens = ['<unk>', '<eos>', '"""', "');import", 'os'];
    const model = openModel(writeRandomModel(folder, { tokenizer: { type: 'word', tokens } }), engine);
    const text = readFileSync(exportPyTorch(model, join(folder, 'fox'))[1]!.path, 'utf8');
    expect(text).not.toContain("');import");
    expect(text.split('"""').length % 2).toBe(1);
  });
});

describe('an exported safetensors file', () => {
  it('contains weights, sizes and tokenizer, and nothing of the training', () => {
    const folder = temporaryFolder();
    const model = openModel(writeRandomModel(folder, { tieWeights: true }), engine);
    const [file] = exportSafetensors(model, join(folder, 'weights.safetensors'));
    const { metadata, tensors } = readSafetensors(file!.path, { digest: 'required' });
    expect([file!.bytes, file!.what]).toEqual([readFileSync(file!.path).length, 'weights']);
    expect(tensors.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual(
      model.table.entries.map(({ name, shape }) => [name, 'F32', shape]),
    );
    expect(Object.fromEntries(metadata)).toEqual({
      sha256: expect.any(String),
      format: 'pt',
      producer: 'textloom',
      model: JSON.stringify({
        vocabularySize: 22,
        embedding: { size: 12, dropout: 0 },
        layers: model.options.layers.map((layer) => ({ ...layer, dropout: 0 })),
        head: { type: 'softmax', tie: true },
      }),
      tokenizer: JSON.stringify(characters),
      'decoder.weight': 'encoder.weight',
    });
  });

  it('never replaces the model', () => {
    const folder = temporaryFolder();
    const model = openModel(writeRandomModel(folder), engine);
    const before = readFileSync(model.path);
    expect(() => exportPyTorch(model, join(folder, 'model.py'))).toThrow('is the model itself');
    expect(readFileSync(model.path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(['model.safetensors']);
  });
});
