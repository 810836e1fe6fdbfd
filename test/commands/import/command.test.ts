import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../../../src/engine/reference/reference-engine.js';
import { exportSafetensors } from '../../../src/export/safetensors-export.js';
import { openModel } from '../../../src/run/open-model.js';
import { writeRandomModel } from '../../sample/trained-model.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);
const golden = (name: string) => fileURLToPath(new URL(`../../golden/state-dicts/${name}.safetensors`, import.meta.url));
write('gru.safetensors', readFileSync(golden('tied-gru-half')));
write('lstm.safetensors', readFileSync(golden('data-parallel-lstm')));
write('tokens.txt', 'a\nb\nc\n\\n\n\\s\nd\ne\n');

describe('textloom import', () => {
  it('shows the origin of each parameter', async () => {
    const { code, stdout, stderr } = await textloom(
      ['import', 'gru.safetensors', '-o', 'gru-here.safetensors', '--vocabulary', 'tokens.txt'],
      folder,
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      'gru.safetensors',
      'GRU (reset after the product), 1 layer of 6, embedding 6, 7 character tokens, tied',
      '',
      'in the file       in Textloom       shape',
      'embed.weight      encoder.weight    7 x 6   F16, widened',
      'gru.weight_ih_l0  rnn.weight_ih_l0  18 x 6  F16, widened',
      'gru.weight_hh_l0  rnn.weight_hh_l0  18 x 6  F16, widened',
      'gru.bias_ih_l0    rnn.bias_ih_l0    18      F16, widened',
      'gru.bias_hh_l0    rnn.bias_hh_l0    18      F16, widened',
      'out.bias          decoder.bias      7       F16, widened',
      'out.weight        encoder.weight    7 x 6   the same: tied',
      '',
      'Assumed: reset after, as in torch.nn.GRU (else --reset before)',
      'gru-here.safetensors: 301 parameters',
      '',
    ]);
    const sampled = await textloom(['sample', 'gru-here.safetensors', '-p', 'a', '-n', '20'], folder);
    expect([sampled.code, sampled.stderr, sampled.stdout[0]]).toEqual([0, '', 'a']);
    const evaluated = await textloom(['evaluate', 'gru-here.safetensors', write('text.txt', 'abc de\nab'), '--json'], folder);
    expect(JSON.parse(evaluated.stdout).tokens).toBe(8);
  });

  it('tells everything in one JSON document, and takes a map in YAML', async () => {
    write('map.yaml', '# ours: theirs\nrnn: module.rnn\ndecoder.weight: module.decoder.weight\n');
    const args = [
      'import',
      'lstm.safetensors',
      '-o',
      'lstm-here.safetensors',
      '--vocabulary',
      'tokens.txt',
      '--map',
      'map.yaml',
      '--json',
    ];
    const { code, stdout } = await textloom(args, folder);
    const report = JSON.parse(stdout);
    expect([code, report]).toEqual([
      0,
      {
        file: 'lstm.safetensors',
        model: 'lstm-here.safetensors',
        vocabularySize: 7,
        embedding: { size: 5, dropout: 0 },
        layers: [
          expect.objectContaining({ type: 'lstm', size: 6, dropout: 0 }),
          expect.objectContaining({ type: 'lstm', size: 6, dropout: 0 }),
        ],
        head: { type: 'softmax', tie: false },
        tokenizer: 'character',
        parameters: 732,
        tensors: expect.any(Array),
        assumptions: [],
      },
    ]);
    expect(report.tensors).toHaveLength(11);
    expect(report.tensors[0]).toEqual({
      theirs: 'module.encoder.weight',
      ours: 'encoder.weight',
      shape: [7, 5],
      dtype: 'F32',
      note: '',
    });
  });

  it('restores a model that was exported: it generates the same text', async () => {
    const engine = createReferenceEngine();
    const model = openModel(writeRandomModel(folder, { cell: { type: 'gru', reset: 'before' } }), engine);
    exportSafetensors(model, join(folder, 'exported.safetensors'));
    const { code } = await textloom(['import', 'exported.safetensors', '-o', 'again.safetensors'], folder);
    const [before, after] = await Promise.all(
      ['model.safetensors', 'again.safetensors'].map((path) => textloom(['sample', path, '-n', '50'], folder)),
    );
    expect([code, before!.code, after!.stdout]).toEqual([0, 0, before!.stdout]);
  });

  it('replaces a file only when told to', async () => {
    const args = ['import', 'lstm.safetensors', '-o', write('mine.txt', 'mine'), '--vocabulary', 'tokens.txt'];
    expect(await textloom(args, folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('--overwrite') });
    expect(readFileSync(join(folder, 'mine.txt'), 'utf8')).toBe('mine');
    expect((await textloom([...args, '--overwrite'], folder)).code).toBe(0);
    expect(openModel(join(folder, 'mine.txt'), createReferenceEngine()).training).toEqual({ importedFrom: 'lstm.safetensors' });
  });
});
