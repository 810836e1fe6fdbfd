import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../../src/engine/reference/reference-engine.js';
import { entryView } from '../../src/model/parameter-table.js';
import { writeCheckpoint } from '../../src/run/checkpoint.js';
import type { ModelFile } from '../../src/run/model-content.js';
import { readModelFile, writeModelFile } from '../../src/run/model-file.js';
import { openModel } from '../../src/run/open-model.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { userErrorOf } from '../foundation/thrown.js';
import { characters, writeRandomModel } from '../sample/trained-model.js';

const engine = createReferenceEngine();

/** The message with which a model file is refused that `change` has altered. */
function refusal(change: (model: ModelFile & { config: { model: object } }) => ModelFile): string {
  const path = writeRandomModel(temporaryFolder());
  writeModelFile(path, change(readModelFile(path) as never));
  const error = userErrorOf(() => openModel(path, engine));
  expect([error.kind, error.message.startsWith(path)]).toEqual(['model', true]);
  return error.message.slice(path.length + 2);
}

describe('opening a model', () => {
  it.each([{}, { tieWeights: true }, { cell: { type: 'gru', reset: 'before' } as const }])(
    'puts every parameter into its place: %j',
    (description) => {
      const path = writeRandomModel(temporaryFolder(), description);
      const { table, arena, options, tokenizer, config, training } = openModel(path, engine);
      const { parameters } = readModelFile(path);
      expect(table.entries.map((entry) => ({ name: entry.name, shape: entry.shape, data: entryView(arena, entry) }))).toEqual(
        parameters,
      );
      expect([options.layers[0]!.size, options.vocabularySize]).toEqual([12, characters.tokens.length]);
      expect(tokenizer.toJSON()).toEqual(characters);
      expect([config.name, training]).toEqual(['test', { step: 10 }]);
    },
  );

  it('accepts a checkpoint', () => {
    const folder = temporaryFolder();
    const model = readModelFile(writeRandomModel(folder));
    const tensor = { name: 'm', shape: [2], data: Float32Array.of(1, 2) };
    writeCheckpoint(join(folder, 'checkpoint'), { ...model, trainer: {}, optimizer: [tensor], state: [tensor] });
    expect(openModel(join(folder, 'checkpoint'), engine).arena).toEqual(
      openModel(join(folder, 'model.safetensors'), engine).arena,
    );
  });

  it('opens the best model of a run directory', () => {
    const folder = temporaryFolder();
    const path = writeRandomModel(folder);
    expect(openModel(folder, engine).path).toBe(path);
  });

  it('names the newest checkpoint of a run directory that has no best model yet', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'checkpoints'));
    for (const name of ['step-00000010.safetensors', 'step-00000200.safetensors'])
      writeRandomModel(join(folder, 'checkpoints'), {}, name);
    expect(userErrorOf(() => openModel(folder, engine)).message).toContain(
      join(folder, 'checkpoints', 'step-00000200.safetensors'),
    );
  });

  it('reports a folder without a model, and a missing file', () => {
    const folder = temporaryFolder();
    expect(userErrorOf(() => openModel(folder, engine)).message).toContain('is a folder without a run');
    expect(userErrorOf(() => openModel(join(folder, 'none'), engine)).message).toContain('no such file');
  });

  it.each<[string, (model: ModelFile & { config: { model: object } }) => ModelFile]>([
    ['its config is not a map', (model) => ({ ...model, config: [] })],
    ['model is missing', (model) => ({ ...model, config: {} })],
    ['model.layers is 0', (model) => ({ ...model, config: { model: { ...model.config.model, layers: 0 } } })],
    ['the tokenizer in the model file is invalid', (model) => ({ ...model, tokenizer: { type: 'character', tokens: ['ab'] } })],
    [
      'parameter rnn.bias_hh_l1 is missing',
      (model) => ({ ...model, parameters: model.parameters.filter(({ name }) => name !== 'rnn.bias_hh_l1') }),
    ],
    [
      'parameter "extra" is not one of the model',
      (model) => ({ ...model, parameters: [...model.parameters, { name: 'extra', shape: [1], data: new Float32Array(1) }] }),
    ],
    [
      'parameter encoder.weight has the shape [22, 12], where its config and vocabulary need [3, 12]',
      (model) => ({ ...model, tokenizer: { type: 'character', tokens: ['a', 'b', 'c'] } }),
    ],
    [
      'parameter encoder.weight has the shape [22, 12], where its config and vocabulary need [22, 65536]',
      (model) => ({
        ...model,
        config: { model: { ...model.config.model, embeddingSize: 65_536, hiddenSize: 65_536, layers: 64 } },
      }),
    ],
    [
      'parameter decoder.bias holds NaN at 3',
      (model) => {
        model.parameters.find(({ name }) => name === 'decoder.bias')!.data[3] = Number.NaN;
        return model;
      },
    ],
  ])('refuses a file: %s', (message, change) => {
    expect(refusal(change)).toContain(message);
  });
});
