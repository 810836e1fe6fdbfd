import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { writeSafetensors } from '../../../src/files/safetensors-writer.js';
import { writeRandomModel } from '../../sample/trained-model.js';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove } = createWorkplace();
afterAll(remove);
writeRandomModel(folder);
mkdirSync(join(folder, 'empty'));
writeFileSync(join(folder, 'short.safetensors'), 'abc');
writeSafetensors(join(folder, 'foreign.safetensors'), [{ name: 'w', shape: [1], data: Float32Array.of(1) }], {});

const cases: readonly [line: string, code: number, ...says: string[]][] = [
  ['inspect', 2, 'inspect needs one more argument'],
  ['inspect gone.safetensors', 4, 'gone.safetensors cannot be read as a model: there is no such file'],
  ['inspect short.safetensors', 4, 'it has 3 bytes, too few for a safetensors file'],
  ['inspect empty', 4, 'empty is a folder without a run: a model file or a run directory is expected'],
  ['inspect foreign.safetensors --vocabulary', 4, 'it has no vocabulary'],
  ['inspect model.safetensors other', 2, 'other is one argument too many'],
  ['inspect model.safetensors --vocabluary', 2, '--vocabluary is not a flag (did you mean --vocabulary?)'],
];

describe.concurrent('textloom', () => {
  it.for(cases)('%s', async ([line, code, ...says]) => {
    expectRefusal(await textloom(line.split(' '), folder), { code, says });
  });
});
