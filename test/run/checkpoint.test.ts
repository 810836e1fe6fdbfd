import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../src/files/safetensors-writer.js';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../src/run/checkpoint.js';
import { readModelFile, writeModelFile } from '../../src/run/model-file.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { userErrorOf } from '../foundation/thrown.js';

const checkpoint: Checkpoint = {
  config: { name: 'fables' },
  tokenizer: { type: 'word', vocabulary: ['<unk>', 'fox'] },
  parameters: [{ name: 'decoder.weight', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
  trainer: { step: 7, random: { seed: 1, stream: 2, position: 2 ** 52 + 1 }, best: null, losses: [0.1, 1e-300] },
  optimizer: [
    { name: 'mean.decoder.weight', shape: [4], data: Float32Array.of(0.1, 0.2, 0.3, 0.4) },
    { name: 'steps', shape: [1], data: Int32Array.of(7) },
  ],
  state: [{ name: 'rnn.h0', shape: [1, 2], data: Float32Array.of(-1, 1) }],
};

describe('a checkpoint', () => {
  it('is read as it was written', () => {
    const path = join(temporaryFolder(), 'checkpoint');
    writeCheckpoint(path, checkpoint);
    expect(readCheckpoint(path)).toEqual(checkpoint);
  });

  it('is also a model file, of which a reader of models reads only the model', () => {
    const path = join(temporaryFolder(), 'checkpoint');
    writeCheckpoint(path, checkpoint);
    const { config, tokenizer, parameters } = checkpoint;
    expect(readModelFile(path)).toEqual({ config, tokenizer, parameters });
  });

  it('cannot be read from a model file', () => {
    const path = join(temporaryFolder(), 'model');
    writeModelFile(path, checkpoint);
    expect(userErrorOf(() => readCheckpoint(path)).message).toBe(
      `${path} is a model without the state of its training: it can be sampled from, not resumed`,
    );
  });

  it('with a broken state of the trainer is refused', () => {
    const path = join(temporaryFolder(), 'checkpoint');
    const metadata = { format: 'textloom', formatVersion: '1', config: '{}', tokenizer: '{}', trainer: '{"step":' };
    writeSafetensors(path, [], metadata);
    expect(userErrorOf(() => readCheckpoint(path)).message).toContain(`the trainer in the metadata of ${path} is broken`);
  });

  it('is not written when JSON cannot hold the state of the trainer', () => {
    const path = join(temporaryFolder(), 'checkpoint');
    expect(() => writeCheckpoint(path, { ...checkpoint, trainer: { best: Number.POSITIVE_INFINITY } })).toThrow(
      '"best" is Infinity',
    );
  });
});
