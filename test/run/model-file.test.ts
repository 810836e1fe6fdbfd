import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../src/files/safetensors-writer.js';
import { type ModelFile, NewerFormatError } from '../../src/run/model-content.js';
import { readModelFile, writeModelFile } from '../../src/run/model-file.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { userErrorOf } from '../foundation/thrown.js';

const model: ModelFile = {
  config: { name: 'fables', model: { hiddenSize: 2 } },
  tokenizer: { type: 'character', vocabulary: ['a', '\n', '__proto__', '😀'] },
  parameters: [
    { name: 'embedding.weight', shape: [4, 1], data: Float32Array.of(1, 2, 3, 4) },
    { name: 'decoder.bias', shape: [1], data: Float32Array.of(-0.5) },
  ],
  training: { step: 100, validationLoss: 1.25 },
};

const good = { format: 'textloom', formatVersion: '1', config: '{}', tokenizer: '{}' };

describe('a model file', () => {
  it('is read as it was written', () => {
    const path = join(temporaryFolder(), 'model.safetensors');
    writeModelFile(path, model);
    expect(readModelFile(path)).toEqual(model);
    const { training: _, ...untold } = model;
    writeModelFile(path, untold);
    expect(readModelFile(path)).toEqual(untold);
  });

  it('has the same bytes for the same model', () => {
    const folder = temporaryFolder();
    writeModelFile(join(folder, 'a'), model);
    writeModelFile(join(folder, 'b'), model);
    expect(readFileSync(join(folder, 'a')).equals(readFileSync(join(folder, 'b')))).toBe(true);
  });

  it('keeps parameters in the order given', () => {
    const path = join(temporaryFolder(), 'model');
    const names = ['z', '10', 'a', '9', 'rnn.weight_hh_l0'];
    const parameters = names.map((name) => ({ name, shape: [1], data: new Float32Array(1) }));
    writeModelFile(path, { ...model, parameters });
    expect(readModelFile(path).parameters.map(({ name }) => name)).toEqual(names);
  });

  it('of a newer format is refused with the advice to update', () => {
    const path = join(temporaryFolder(), 'model');
    writeSafetensors(path, [], { ...good, formatVersion: '2' });
    const error = userErrorOf(() => readModelFile(path));
    expect(error).toBeInstanceOf(NewerFormatError);
    expect(error.kind).toBe('model');
    expect(error.message).toBe(
      `${path} has format version "2", this Textloom reads versions up to 1: it was written by a newer one; update Textloom to read it`,
    );
  });

  it.each([
    [{ ...good, format: 'pt' }, 'is a safetensors file, but not a Textloom model'],
    [{ ...good, formatVersion: 'x' }, 'has the format version "x", not a number'],
    [{ ...good, formatVersion: '' }, 'has the format version "", not a number'],
    [{ format: 'textloom', formatVersion: '1', tokenizer: '{}' }, 'has no config in its metadata'],
    [{ format: 'textloom', formatVersion: '1', config: '{}' }, 'has no tokenizer in its metadata'],
    [{ ...good, tokenizer: '{' }, 'the tokenizer in the metadata of'],
    [{ ...good, training: '{"__proto__":1}' }, 'is broken: it has the key __proto__'],
  ])('with the metadata %j is refused', (metadata, problem) => {
    const path = join(temporaryFolder(), 'model');
    writeSafetensors(path, [], metadata);
    const error = userErrorOf(() => readModelFile(path));
    expect(error).not.toBeInstanceOf(NewerFormatError);
    expect([error.kind, error.message.includes(path), error.message]).toEqual([
      'model',
      true,
      expect.stringContaining(problem),
    ]);
  });

  it('with a parameter that is not a float is refused', () => {
    const path = join(temporaryFolder(), 'model');
    writeSafetensors(path, [{ name: 'w', shape: [1], data: Int32Array.of(1) }], good);
    expect(userErrorOf(() => readModelFile(path)).message).toContain('parameter "w" of');
  });

  it('refuses a parameter with a name that checkpoints use', () => {
    const parameters = [{ name: 'optimizer.w', shape: [1], data: new Float32Array(1) }];
    expect(() => writeModelFile(join(temporaryFolder(), 'model'), { ...model, parameters })).toThrow(
      'cannot be called optimizer.w',
    );
  });
});
