import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeRandomModel } from '../../sample/trained-model.js';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove, write } = createWorkplace();
afterAll(remove);
writeRandomModel(folder, {});
// Its state grows a hundredfold with each step, beyond all numbers.
writeRandomModel(folder, { cell: { type: 'rnn', nonlinearity: 'relu' }, range: 100 }, 'exploding.safetensors');
writeRandomModel(
  folder,
  { model: { embedding: { size: 4 }, layers: [{ type: 'rnn', size: 4 }], head: { type: 'pointer-sentinel', window: 3 } } },
  'pointer.safetensors',
);
writeRandomModel(
  folder,
  { model: { cell: { type: 'gru' }, layers: 1, embeddingSize: 4, hiddenSize: 4, direction: 'backward' } },
  'backward.safetensors',
);
writeRandomModel(folder, { range: 1e6 }, 'large.safetensors');
write('there.onnx', 'mine');
write('greek.txt', 'αβγ');
write('one.txt', 't');
mkdirSync(join(folder, 'folder.onnx'));

const cases: readonly [what: string, args: string, code: number, ...says: string[]][] = [
  ['nothing to write', 'model.safetensors', 2, '--to', 'onnx, html, pytorch, safetensors'],
  ['an unknown target', 'model.safetensors --to onyx', 2, '--to onyx (did you mean onnx?)'],
  ['an unknown form', 'model.safetensors --to onnx --form loops', 2, '--form loops', 'auto, operators, scan'],
  ['an unknown precision', 'model.safetensors --to onnx --precision float61', 2, 'did you mean float16?'],
  [
    'token numbers in float16',
    'pointer.safetensors --to onnx --precision float16',
    2,
    'pointer-sentinel',
    'use float32 or int8',
  ],
  ['a name of another kind', 'model.safetensors --to onnx -o a.safetensors', 2, '--output and --to onnx', '.onnx'],
  ['a choice that PyTorch has not', 'model.safetensors --to pytorch --form scan', 2, '--form and --to pytorch'],
  [
    'choices that weights have not',
    'model.safetensors -o w.safetensors --to safetensors --no-verify',
    2,
    '--no-verify and --to',
  ],
  [
    'choices that a page has not',
    'model.safetensors --to html --form scan --no-verify',
    2,
    '--form, --no-verify and --to html',
  ],
  ['training in another file', 'model.safetensors --to onnx --with-training', 2, '--with-training and --to onnx', '--to html'],
  ['a stack in a page', 'model.safetensors --to html --direction forward', 2, '--direction and --to html', 'leave it out'],
  ['a page of another name', 'model.safetensors --to html -o page.onnx', 2, '--output and --to html', '.html'],
  ['a module with the name of a page', 'model.safetensors --to pytorch -o page.html', 2, '--output and --to pytorch'],
  ['an unknown precision of a page', 'model.safetensors --to html --precision int4', 2, '--precision int4', 'int8'],
  ['a page of a model that reads backward', 'backward.safetensors --to html', 2, 'backward.safetensors reads backward'],
  ['a page with weights beyond float16', 'large.safetensors --to html --precision float16', 2, 'float16 ends at 65504'],
  ['a text for a page that loses nothing', 'model.safetensors --to html --text one.txt', 2, '--text and --precision float32'],
  ['a text and no loss', 'model.safetensors --to onnx --text greek.txt', 2, '--text and --precision float32'],
  ['a text and no run', 'model.safetensors --to onnx --precision int8 --text one.txt --no-verify', 2, '--text and --no-verify'],
  ['a text that the model cannot read', 'model.safetensors --to onnx --precision int8 --text greek.txt', 3, 'greek.txt'],
  ['a text of one token', 'model.safetensors --to onnx --precision int8 --text one.txt', 3, 'one.txt has 1 token'],
  ['a text that is not there', 'model.safetensors --to onnx --precision int8 --text none.txt', 3, 'none.txt'],
  ['a file that is there', 'model.safetensors -o there.onnx', 2, 'there.onnx exists', '--overwrite'],
  ['a folder in its place', 'model.safetensors -o folder.onnx --overwrite', 2, 'is a folder'],
  ['a folder that is not there', 'model.safetensors -o nowhere/a.onnx', 2, 'there is no folder nowhere'],
  ['the model in its place', 'model.safetensors --to safetensors -o model.safetensors --overwrite', 2, 'is the model itself'],
  ['no model', 'nowhere.safetensors --to onnx', 4, 'nowhere.safetensors'],
  ['a model that onnxruntime computes otherwise', 'exploding.safetensors --to onnx', 4, 'batch', 'Nothing was written'],
];

describe('export is refused for', () => {
  it.for(cases)('%s', async ([, args, code, ...says]) => {
    const before = readdirSync(folder);
    expectRefusal(await textloom(['export', ...args.split(' ')], folder), { code, says });
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('a refused export', () => {
  it('does not change an existing file', async () => {
    expectRefusal(await textloom(['export', 'exploding.safetensors', '-o', 'there.onnx', '--overwrite'], folder), {
      code: 4,
      says: '--no-verify',
    });
    expect(readFileSync(join(folder, 'there.onnx'), 'utf8')).toBe('mine');
    expect(existsSync(join(folder, 'exploding.onnx'))).toBe(false);
  });
});
