import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { exportPyTorch } from '../../src/export/pytorch-export.js';
import { type ImportOptions, importModel } from '../../src/import/import-model.js';
import { withoutDropout } from '../../src/model/specification.js';
import { writeModelFile } from '../../src/run/model-file.js';
import { type OpenedModel, openModel } from '../../src/run/open-model.js';
import { relativeError } from '../engine/model-fixture.js';
import { ourLogits } from '../export/our-logits.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { cells, equalLayers, type ShortForm } from '../model/short-form.js';
import { words, writeRandomModel } from '../sample/trained-model.js';
import { type StateTensor, stateDict, writeStateDict } from './write-state-dict.js';

const engine = createReferenceEngine();
const folderOf = (name: string) => fileURLToPath(new URL(`../golden/state-dicts/${name}`, import.meta.url));

interface Golden {
  name: string;
  model: Omit<ShortForm, 'dropout'>;
  tokens: number[];
  logits: number[][];
}

const goldens: Golden[] = JSON.parse(readFileSync(folderOf('index.json'), 'utf8'));

/** Imports a file, writes the model, and opens it. */
async function importAndOpen(path: string, folder: string, options: ImportOptions): Promise<OpenedModel> {
  const { file } = await importModel(path, options);
  const output = join(folder, 'imported.safetensors');
  writeModelFile(output, file);
  return openModel(output, engine);
}

function vocabulary(folder: string, size: number): ImportOptions['vocabulary'] {
  const file = join(folder, 'tokens.txt');
  writeFileSync(file, Array.from('abcdefghijklmnop').slice(0, size).join('\n'));
  return { file };
}

/** Imports a state dict of our making, with one-letter tokens. */
function importState(
  tensors: readonly StateTensor[],
  options: ImportOptions = {},
  metadata?: Record<string, string>,
  size = 3,
) {
  const folder = temporaryFolder();
  return importModel(writeStateDict(folder, tensors, metadata), { vocabulary: vocabulary(folder, size), ...options });
}

const map = (names: Record<string, string>, ignore: string[] = []) => ({
  map: { names: new Map(Object.entries(names)), ignore },
});
const replaced = (tensors: StateTensor[], name: string, change: Partial<StateTensor>) =>
  tensors.map((tensor) => (tensor.name === name ? { ...tensor, ...change } : tensor));

describe('a state dict with the names of other programs', () => {
  it.each(goldens)(
    '$name: kind and sizes are found, and the logits are those of torch',
    async ({ name, model, tokens, logits }) => {
      const folder = temporaryFolder();
      const opened = await importAndOpen(folderOf(`${name}.safetensors`), folder, { vocabulary: vocabulary(folder, 7) });
      expect(opened.options).toEqual(equalLayers({ dropout: 0, ...model }));
      expect(relativeError(await ourLogits(opened, engine, [[tokens]]), logits.flat())).toBeLessThan(1e-6);
    },
  );
});

describe('a model that was exported to PyTorch and is imported again', () => {
  const cases = cells.flatMap((cell) => [true, false].map((tieWeights) => ({ cell, tieWeights })));
  it.each(cases)('is the same model, bit for bit: $cell, tied: $tieWeights', async (description) => {
    const folder = temporaryFolder();
    const model = openModel(writeRandomModel(folder, { ...description, tokenizer: words }), engine);
    const [weights] = exportPyTorch(model, join(folder, 'exported'));
    const again = await importAndOpen(weights!.path, folder, {});
    expect(again.options).toEqual(withoutDropout(model.options));
    expect(again.tokenizer.toJSON()).toEqual(model.tokenizer.toJSON());
    expect(again.arena).toEqual(model.arena);
    const windows = [[[1, 2, 3]], [[4, 5, 6]]];
    expect(await ourLogits(again, engine, windows)).toEqual(await ourLogits(model, engine, windows));
  });

  it('is the same model with layers without a cell, buffers, and highway gates', async () => {
    const folder = temporaryFolder();
    const layers = [
      { type: 'lstm', size: 5, connection: 'dense' },
      { type: 'normalization', form: 'rms' },
      { type: 'batch-normalization' },
      { type: 'mgu', size: 11, connection: 'highway' },
    ];
    const given = { embedding: { size: 6 }, layers, head: { tie: true } };
    const model = openModel(writeRandomModel(folder, { model: given, tokenizer: words }), engine);
    const [weights] = exportPyTorch(model, join(folder, 'exported'));
    const again = await importAndOpen(weights!.path, folder, {});
    expect(again.options).toEqual(model.options);
    expect(again.arena).toEqual(model.arena);
  });

  it('reads texts as before: their normalization is imported as well', async () => {
    const folder = temporaryFolder();
    const normalization = { unicode: 'NFC', newlines: 'lf' };
    const path = writeRandomModel(folder, { tokenizer: words, corpus: { path: 'corpus.txt', normalization } });
    const [weights] = exportPyTorch(openModel(path, engine), join(folder, 'exported'));
    expect((await importModel(weights!.path)).file.config).toMatchObject({ corpus: { normalization } });
    const { file } = await importModel(weights!.path, { vocabulary: { file: path } });
    expect(file.config).toMatchObject({ corpus: { normalization } });
  });

  it('takes its vocabulary from the original model, where training in PyTorch has lost it', async () => {
    const folder = temporaryFolder();
    const path = writeRandomModel(folder, { tokenizer: words });
    const { options, table } = openModel(path, engine);
    const state = writeStateDict(folder, table.entries);
    const again = await importAndOpen(state, folder, { vocabulary: { file: path } });
    expect(again.options.vocabularySize).toBe(options.vocabularySize);
    expect(again.tokenizer.toJSON()).toEqual(words);
  });
});

describe('guessing names', () => {
  const plain = stateDict();
  const without = (...names: string[]) => plain.filter(({ name }) => !names.some((part) => name.includes(part)));
  const origins = async (...args: Parameters<typeof importState>) =>
    Object.fromEntries((await importState(...args)).tensors.map(({ ours, theirs, note }) => [ours, note || theirs]));

  it('treats a missing decoder as tied, with zeros for its bias', async () => {
    const { options } = await importState(without('decoder'));
    expect(options.head.tie).toBe(true);
    expect(await origins(without('decoder'))).toMatchObject({ 'encoder.weight': 'encoder.weight', 'decoder.bias': 'zeros' });
  });

  it('keeps the bias of a decoder whose weights are tied and omitted', async () => {
    const tensors = await origins(without('decoder.weight'));
    expect(tensors).toMatchObject({ 'decoder.bias': 'decoder.bias' });
  });

  it('ties matrices that are equal number by number, and no others', async () => {
    const equal = replaced(plain, 'decoder.weight', {});
    const different = replaced(plain, 'decoder.weight', { data: [0, 0, 1] });
    expect((await importState(equal)).options.head.tie).toBe(true);
    expect((await importState(different)).options.head.tie).toBe(false);
  });

  it('uses the decoder as the embedding where the metadata says that they are tied', async () => {
    const square = stateDict({ V: 2 }).filter(({ name }) => name !== 'encoder.weight');
    const said = { format: 'pt', 'encoder.weight': 'decoder.weight' };
    expect(await origins(square, {}, said, 2)).toMatchObject({ 'encoder.weight': 'decoder.weight' });
    expect(await origins(square, {}, { format: 'pt' }, 2)).toMatchObject({ 'encoder.weight': 'identity: one-hot input' });
  });

  it('orders layers by number, not by name', async () => {
    const layer = (n: number) => stateDict({ rnn: `rnns.${n}` }).slice(1, 5);
    const layers = Array.from({ length: 11 }, (_, n) => layer(n))
      .flat()
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const { tensors, options } = await importState([...layers, plain[0]!]);
    expect(options.layers.length).toBe(11);
    expect(tensors.find(({ ours }) => ours === 'rnn.bias_hh_l10')?.theirs).toBe('rnns.10.bias_hh_l0');
  });

  /** The layers of AWD-LSTM: torch.nn.LSTM within a wrapper that holds the weight without dropout beside it. */
  const awdLayers = [0, 1].flatMap((n) => [
    { name: `rnns.${n}.weight_hh_l0_raw`, shape: [8, 2], data: [1 + n] },
    { name: `rnns.${n}.module.weight_ih_l0`, shape: [8, 2] },
    { name: `rnns.${n}.module.bias_ih_l0`, shape: [8] },
    { name: `rnns.${n}.module.bias_hh_l0`, shape: [8] },
  ]);

  it.each<[string, StateTensor[]]>([
    ['AWD-LSTM', []],
    [
      "fastai, beside the last step's",
      [0, 1].map((n) => ({ name: `rnns.${n}.module.weight_hh_l0`, shape: [8, 2], data: [9] })),
    ],
  ])('takes the weights without dropout of %s', async (_, dropped) => {
    const { file, options, tensors } = await importState([plain[0]!, ...awdLayers, ...dropped]);
    const layer = { type: 'lstm', size: 2 };
    expect(options).toMatchObject({ layers: [layer, layer] });
    const first = (name: string) => file.parameters.find((parameter) => parameter.name === name)!.data[0];
    expect([first('rnn.weight_hh_l0'), first('rnn.weight_hh_l1')]).toEqual([1, 2]);
    expect(tensors.find(({ ours }) => ours === 'rnn.weight_hh_l1')?.theirs).toBe('rnns.1.weight_hh_l0_raw');
  });

  it('widens bfloat16', async () => {
    const tensors = replaced(plain, 'decoder.bias', { dtype: 'BF16', data: [0x3fc0, 0xc000, 0x0001] });
    const { file, tensors: rows } = await importState(tensors);
    expect(Array.from(file.parameters.find(({ name }) => name === 'decoder.bias')!.data)).toEqual([
      1.5, -2, 9.183549615799121e-41,
    ]);
    expect(rows.find(({ ours }) => ours === 'decoder.bias')).toMatchObject({ dtype: 'BF16', note: 'BF16, widened' });
  });

  it('gives precedence to the map, by module and by tensor', async () => {
    const strange = [
      ...stateDict({ rnn: 'a', encoder: 'x', decoder: 'y' }),
      { name: 'steps', shape: [1], dtype: 'I64' as const },
      { name: 'y2.weight', shape: [3, 2], data: [1] },
    ];
    const origin = await origins(
      strange,
      map({ rnn: 'a', 'encoder.weight': 'y2.weight', decoder: 'y' }, ['steps', 'x.weight']),
    );
    expect(origin).toMatchObject({
      'encoder.weight': 'y2.weight',
      'decoder.weight': 'y.weight',
      'rnn.bias_ih_l0': 'a.bias_ih_l0',
    });
  });

  it('treats the token after the 256 bytes as the end of a document', async () => {
    const bytes = async (V: number) => (await importState(stateDict({ V }), { vocabulary: 'byte' })).tokenizer.toJSON();
    expect([await bytes(256), await bytes(257)]).toEqual([{ type: 'byte' }, { type: 'byte', documentEnd: true }]);
  });

  it('reports its assumptions', async () => {
    expect((await importState(stateDict({ gates: 1 }))).assumptions).toEqual([expect.stringContaining('tanh')]);
    expect((await importState(stateDict({ gates: 3 }))).assumptions).toEqual([
      'reset after, as in torch.nn.GRU (else --reset before)',
    ]);
    expect((await importState(stateDict({ gates: 3 }), { hints: { reset: 'before' } })).assumptions).toEqual([]);
    expect((await importState(stateDict({ gates: 1 }), { hints: { nonlinearity: 'relu' } })).options.layers[0]).toMatchObject({
      type: 'rnn',
      nonlinearity: 'relu',
    });
    expect((await importState(plain)).assumptions).toEqual([]);
  });
});

describe('a file that cannot be a model of ours is refused', () => {
  const plain = stateDict();
  /** With a decoder that is tied through a projection. */
  const projected: StateTensor[] = [
    ...stateDict({ E: 3, V: 4 }).filter(({ name }) => name !== 'decoder.weight'),
    { name: 'proj.weight', shape: [3, 2] },
  ];
  const more = (name: string, shape: number[], dtype: StateTensor['dtype'] = 'F32') => [...plain, { name, shape, dtype }];
  const cases: readonly [what: string, tensors: StateTensor[], message: string, options?: ImportOptions][] = [
    ['no tensors', [], 'holds no tensors'],
    ['a crowd', Array.from({ length: 5000 }, (_, i) => ({ name: `r${i}.weight_ih`, shape: [0] })), 'holds 5000 tensors'],
    [
      'more layers than there may be',
      [...plain, { name: 'rnn.weight_hh_l9999', shape: [8, 2] }],
      'count 10000 recurrent layers; allowed: at most 64',
    ],
    ['no recurrent layer', plain.filter(({ name }) => !name.startsWith('rnn')), 'no recurrent layer'],
    [
      'a bidirectional network',
      more('rnn.weight_ih_l0_reverse', [8, 2]),
      '"rnn.weight_ih_l0_reverse" belongs to a bidirectional network',
    ],
    ['projections', more('rnn.weight_hr_l0', [2, 2]), 'proj_size'],
    ['two networks', [...plain, ...stateDict({ rnn: 'other' }).slice(1, 5)], 'several recurrent networks, "rnn", "other"'],
    ['another layer', more('attention.weight', [2, 2]), '"attention.weight" [2, 2]'],
    ['a convolution', more('conv.weight', [2, 2, 3]), '"conv.weight" [2, 2, 3] is'],
    ['a name that drives a terminal', more('\u001b[31m', [2, 2, 2]), '"\\u{1b}[31m"'],
    ['as many gates as no cell has', stateDict({ gates: 2 }), '[4, 2]: 4 x 2 rows make a cell of type lstm'],
    ['an empty matrix', stateDict({ H: 0 }), 'has the shape [0, 2], where rnn.weight_ih_l0 is a matrix'],
    [
      'a layer that is missing',
      stateDict({ layers: 3 }).filter(({ name }) => !name.endsWith('l1')),
      'it has no rnn.weight_hh_l1',
    ],
    [
      'a matrix of another size',
      replaced(plain, 'rnn.weight_ih_l0', { shape: [6, 2] }),
      'has the shape [6, 2], where rnn.weight_ih_l0 needs [8, 2]',
    ],
    ['whole numbers', replaced(plain, 'rnn.bias_ih_l0', { dtype: 'I64' }), 'is of dtype I64'],
    ['numbers that are none', replaced(plain, 'rnn.bias_ih_l0', { data: [0, Number.NaN] }), '"rnn.bias_ih_l0" holds NaN at 1'],
    [
      'sizes that cannot be tied',
      stateDict({ E: 3, V: 4 }).filter(({ name }) => !name.startsWith('decoder')),
      'it has no decoder, and weights cannot be tied',
    ],
    [
      'a projection with a bias',
      [...projected, { name: 'proj.bias', shape: [3] }],
      '"proj.bias" is the bias of a projection between layers and decoder, which has none in Textloom',
    ],
    [
      'a projection before a decoder of its own',
      [...projected, { name: 'decoder.weight', shape: [4, 3], data: [1] }],
      '"proj.weight" is a projection between layers and decoder, which Textloom has for tied weights alone',
    ],
    ['neither embedding nor decoder', plain.slice(1, 5), 'neither an embedding nor a decoder'],
    ['one-hot input of a large vocabulary', stateDict({ V: 5000, E: 5000, H: 1 }).slice(1), 'up to 4096 tokens'],
    [
      'a map that names what is not there',
      plain,
      'no tensor "x", which the map gives for decoder.bias',
      map({ 'decoder.bias': 'x' }),
    ],
    ['a map of a module that is not there', plain, 'no tensors "lstm.…", which the map gives for rnn', map({ rnn: 'lstm' })],
    [
      'a map that uses one tensor twice',
      plain,
      'the map uses "decoder.weight" twice',
      map({ 'encoder.weight': 'decoder.weight', decoder: 'decoder' }),
    ],
    ['a map that ignores what is not there', plain, 'no tensor "steps", which the map ignores', map({}, ['steps'])],
    [
      'a map with a bias for the embedding',
      plain,
      '"decoder.bias" would be "encoder.bias"',
      map({ encoder: 'decoder' }, ['encoder.weight']),
    ],
    ['a hint about another cell', plain, '--reset before: the cell in', { hints: { reset: 'before' } }],
  ];
  it.each(cases)('%s', async (_, tensors, message, options) => {
    await expect(importState(tensors, options)).rejects.toThrow(message);
    await expect(importState(tensors, options)).rejects.toMatchObject({ kind: options?.hints ? 'usage' : 'model' });
  });

  it('a pickle, with how to write safetensors instead', async () => {
    const path = join(temporaryFolder(), 'model.pt');
    for (const start of ['PK\x03\x04', '\x80\x02}q']) {
      writeFileSync(path, Buffer.from(start.padEnd(100, '\0'), 'latin1'));
      await expect(importModel(path)).rejects.toThrow('a pickle: it may run code');
    }
  });

  it('a model of Textloom', async () => {
    await expect(importModel(writeRandomModel(temporaryFolder()))).rejects.toThrow('is a Textloom model already');
  });

  it('a vocabulary of another size, and a missing one', async () => {
    await expect(importState(plain, {}, undefined, 4)).rejects.toThrow(/tokens.txt has 4 tokens, and the model in .* has 3/);
    await expect(importState(plain, { vocabulary: 'byte' })).rejects.toThrow('--tokenizer byte has 256 tokens');
    await expect(importState(plain, { vocabulary: undefined })).rejects.toThrow('does not say what its 3 tokens are');
  });

  it('a normalization in its metadata that is unknown', async () => {
    const metadata = {
      producer: 'textloom',
      tokenizer: '{"type":"character","tokens":["a","b","c"]}',
      normalization: '{"unicode":"NFX"}',
    };
    await expect(importState(plain, { vocabulary: undefined }, metadata)).rejects.toThrow('not known to this version');
  });

  it('an invalid tokenizer in its metadata', async () => {
    const metadata = { producer: 'textloom', tokenizer: '{"type":"character","tokens":[1,2,3]}', model: '{' };
    await expect(importState(plain, { vocabulary: undefined }, metadata)).rejects.toThrow('token 0 is not a string');
  });
});
