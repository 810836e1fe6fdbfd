import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../src/engine/engine.js';
import { createRandom } from '../../src/foundation/random.js';
import type { JsonValue } from '../../src/foundation/strict-json.js';
import { initialize } from '../../src/model/initialization.js';
import { entryView, parameterTable } from '../../src/model/parameter-table.js';
import { modelOptions } from '../../src/model/specification.js';
import { writeModelFile } from '../../src/run/model-file.js';
import { type OpenedModel, openModel } from '../../src/run/open-model.js';
import { tokenizerFromJSON } from '../../src/text/tokenizers/index.js';
import type { CellChoice } from '../model/short-form.js';

export const characters = { type: 'character', tokens: [...'e taoinhrs.ldmufxc,\nwy'] };
export const words = {
  type: 'word',
  tokens: ['<unk>', '<eos>', 'the', 'fox', 'said', 'to', 'crow', 'a', 'cheese', 'dropped', 'it'],
};

/** The corpus of a model of independent documents. Its vocabulary must have `<eos>`. */
export const independentDocuments = { path: 'corpus.txt', documents: 'lines', sequences: 'documents' };
export const charactersWithEnd = { type: 'character', tokens: ['<eos>', ...characters.tokens] };

interface Description {
  cell?: CellChoice;
  /** A tokenizer's state. */
  tokenizer?: object;
  hiddenSize?: number;
  tieWeights?: boolean;
  /** Keys of the model section, in place of the short form that the others make. */
  model?: Record<string, unknown>;
  corpus?: JsonValue;
  /** Width of the uniform distribution of all parameters: large ones make a model that is sure of itself. */
  range?: number;
}

/** Writes a model file with parameters that a seed decides. */
export function writeRandomModel(folder: string, description: Description = {}, name = 'model.safetensors'): string {
  const {
    cell = { type: 'lstm' },
    tokenizer = characters,
    hiddenSize = 12,
    tieWeights = false,
    range = 0.8,
    corpus = { path: 'corpus.txt' },
  } = description;
  const short = { cell, layers: 2, embeddingSize: hiddenSize, hiddenSize, dropout: 0.25, tieWeights };
  const model = description.model ?? short;
  const { vocabulary, toJSON } = tokenizerFromJSON(tokenizer);
  const options = modelOptions(model, vocabulary.size, 'the test');
  const table = parameterTable(options);
  const arena = new Float32Array(table.arenaLength);
  initialize(arena, table, { type: 'uniform', range }, createRandom(11));
  const path = join(folder, name);
  writeModelFile(path, {
    config: { name: 'test', corpus, model, training: { epochs: 1 } } as unknown as JsonValue,
    tokenizer: toJSON() as unknown as JsonValue,
    parameters: table.entries.map((entry) => ({ name: entry.name, shape: entry.shape, data: entryView(arena, entry) })),
    training: { step: 10 },
  });
  return path;
}

/** The same, opened; its file is gone. */
export function randomModel(engine: Engine, description: Description = {}): OpenedModel {
  const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
  try {
    return openModel(writeRandomModel(folder, description), engine);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
