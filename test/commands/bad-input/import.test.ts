import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../../src/files/safetensors-writer.js';
import { writeRandomModel } from '../../sample/trained-model.js';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);
const golden = fileURLToPath(new URL('../../golden/state-dicts/data-parallel-lstm.safetensors', import.meta.url));
write('lstm.safetensors', readFileSync(golden));
write('model.pt', Buffer.from('PK\x03\x04 data.pkl '.repeat(9)));
write('tokens.txt', 'a\nb\nc\nd\ne\nf\ng\n');
write('few.txt', 'a\nb\n');
write('typo.yaml', '\nrnm: module.rnn\n');
write('number.yaml', 'rnn: 3\n');
write('absent.json', '{"rnn": "module.lstm"}');
write('bomb.yaml', `ignore: ${'['.repeat(10_000)}`);
mkdirSync(join(folder, 'folder'));
writeRandomModel(folder);
/** A header that announces a tensor of exabytes. */
const huge = '{"rnn.weight_hh_l0":{"dtype":"F32","shape":[4294967296,1073741824],"data_offsets":[0,8]}}';
const length = Buffer.alloc(8);
length.writeBigUInt64LE(BigInt(huge.length));
write('huge.safetensors', Buffer.concat([length, Buffer.from(huge), Buffer.alloc(8)]));

writeSafetensors(join(folder, 'long.safetensors'), [{ name: 'n'.repeat(2000), shape: [1], data: Float32Array.of(1) }], {});

const lstm = 'lstm.safetensors -o out.safetensors';
const cases: readonly [line: string, code: number, ...says: string[]][] = [
  ['', 2, 'import needs one more argument'],
  ['lstm.safetensors', 2, '--output is missing'],
  ['lstm.safetensors -o', 2, '-o needs a value'],
  ['lstm.safetensors -o folder', 2, '--output folder is a folder'],
  ['lstm.safetensors -o few.txt', 2, '--output few.txt exists', '--overwrite'],
  ['lstm.safetensors -o nowhere/out.safetensors --vocabulary tokens.txt', 7, 'nowhere/out.safetensors', 'ENOENT'],
  ['long.safetensors -o out.safetensors', 4, 'has 2000 characters, and at most 1000 are read'],
  [lstm, 2, 'does not say what its 7 tokens are. Give --vocabulary'],
  [`${lstm} --vocabulary few.txt`, 3, 'few.txt has 2 tokens, and the model in lstm.safetensors has 7'],
  [`${lstm} --vocabulary nowhere.txt`, 3, 'nowhere.txt', 'no such file'],
  [`${lstm} --vocabulary lstm.safetensors`, 3, 'no tokenizer in its metadata'],
  [`${lstm} --vocabulary tokens.txt --tokenizer word`, 3, 'tokens.txt, as a vocabulary of words', '<unk>'],
  [`${lstm} --tokenizer wrod`, 2, '--tokenizer wrod (did you mean word?)'],
  [`${lstm} --tokenizer word`, 2, '--tokenizer word needs --vocabulary'],
  [`${lstm} --tokenizer byte --vocabulary tokens.txt`, 2, '--tokenizer byte and --vocabulary'],
  [
    `${lstm} --tokenizer character --vocabulary model.safetensors`,
    2,
    '--tokenizer character',
    '--vocabulary model.safetensors',
  ],
  [
    `${lstm} --vocabulary tokens.txt --nonlinearity relu`,
    2,
    '--nonlinearity relu: the cell in lstm.safetensors is of type lstm',
  ],
  [`${lstm} --vocabulary tokens.txt --nonlinearity gelu`, 2, '--nonlinearity gelu', 'tanh, relu'],
  [`${lstm} --map nowhere.yaml`, 2, 'nowhere.yaml', 'no such file'],
  [`${lstm} --map typo.yaml`, 2, 'typo.yaml:2:1: rnm is not a Textloom name (did you mean rnn?)'],
  [`${lstm} --map number.yaml`, 2, 'number.yaml:1:6: rnn is not the name of a tensor'],
  [`${lstm} --map absent.json`, 4, 'lstm.safetensors: it has no tensors "module.lstm.…", which the map gives for rnn'],
  [`${lstm} --map bomb.yaml`, 2, 'bomb.yaml', 'nested deeper'],
  ['nowhere.safetensors -o out.safetensors', 4, 'nowhere.safetensors', 'there is no such file'],
  ['huge.safetensors -o out.safetensors', 4, 'overflows'],
  ['model.pt -o out.safetensors', 4, 'model.pt is what torch.save writes, a pickle'],
  ['model.safetensors -o out.safetensors', 4, 'is a Textloom model already'],
];

describe.concurrent('textloom import', () => {
  it.for(cases)('%s', async ([line, code, ...says]) => {
    const args = line === '' ? [] : line.split(' ');
    expectRefusal(await textloom(['import', ...args], folder), { code, says });
    expect(readdirSync(folder)).not.toContain('out.safetensors');
  });
});
