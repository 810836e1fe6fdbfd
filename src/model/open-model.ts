import { statSync } from 'node:fs';
import { type Parameter, readModelFile } from '../checkpoint/model-file.js';
import { listCheckpoints, runLayout } from '../checkpoint/run-directory.js';
import { type JsonValue, printable } from '../checkpoint/strict-json.js';
import type { Engine } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { type Normalization, plainReading } from '../text/reading/reading-options.js';
import { normalizing } from '../text/tokenizers/normalizing.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { tokenizerFromJSON } from '../text/tokenizers/tokenizer-state.js';
import { modelOptions } from './model-options.js';
import { entryView, type ModelOptions, type ParameterTable, parameterTable } from './parameter-table.js';

type JsonMap = Readonly<Record<string, JsonValue>>;

/** A trained model, ready to compute with. */
export interface OpenedModel {
  /** The file that it was read from. */
  readonly path: string;
  readonly options: ModelOptions;
  readonly tokenizer: Tokenizer;
  readonly table: ParameterTable;
  /** The parameters, [table.arenaLength], in the engine's memory. */
  readonly arena: Float32Array;
  /** The resolved config as the file has it; only its model section has been looked at. */
  readonly config: JsonMap;
  /** How the model came about (step, losses, ...), as the file has it; empty when it says nothing. */
  readonly training: JsonMap;
}

/**
 * Opens a model file or a checkpoint; for a run directory, its best model. Nothing in the file is trusted, and memory is taken only
 * for what really is in it.
 *
 * @throws UserError `model` when there is no such file, or what is wrong with it.
 */
export function openModel(path: string, engine: Engine): OpenedModel {
  const file = modelFileOf(path);
  const { config, tokenizer: tokenizerState, parameters, training } = readModelFile(file);
  if (!isMap(config)) throw new UserError('model', `${file}: its config is not a map`);
  const tokenizer = normalizing(tokenizerOf(file, tokenizerState), normalizationOf(file, config));
  const options = modelOptions(config.model, tokenizer.vocabulary.size, file);
  const table = parameterTable(options);
  checkParameters(file, table, parameters);

  const arena = engine.allocateFloats(table.arenaLength);
  const byName = new Map(parameters.map(({ name, data }) => [name, data]));
  for (const entry of table.entries) entryView(arena, entry).set(byName.get(entry.name)!);
  return { path: file, options, tokenizer, table, arena, config, training: isMap(training) ? training : {} };
}

function modelFileOf(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  const layout = runLayout(path);
  if (statSync(layout.model, { throwIfNoEntry: false })) return layout.model;
  const [newest] = listCheckpoints(layout.checkpoints);
  const remedy = newest
    ? `; its newest checkpoint can be used instead: ${newest.path}`
    : ' and no checkpoints: no run has been here';
  throw new UserError('model', `${path} is a folder that has no model.safetensors${remedy}`);
}

function tokenizerOf(file: string, state: JsonValue): Tokenizer {
  try {
    return tokenizerFromJSON(state);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('model', `${file}: ${error.message}`, { cause: error });
  }
}

/** What the model's corpus was normalised to; models of earlier versions do not say, and changed nothing. */
function normalizationOf(file: string, { corpus }: JsonMap): Normalization {
  const plain = plainReading.normalization;
  const found = isMap(corpus) ? corpus.normalization : undefined;
  if (found === undefined) return plain;
  const { unicode = plain.unicode, newlines = plain.newlines } = isMap(found) ? found : { unicode: found };
  const known = ['none', 'NFC', 'NFKC'].includes(unicode as string) && ['keep', 'lf'].includes(newlines as string);
  if (!known) throw new UserError('model', `${file}: the corpus.normalization in its config is none that this version knows`);
  return { ...plain, unicode, newlines } as Normalization;
}

/** The tensors must be those of the table, no more and no less, each of its shape and of finite numbers. */
function checkParameters(file: string, table: ParameterTable, parameters: readonly Parameter[]): void {
  const wanted = new Map(table.entries.map((entry) => [entry.name, entry]));
  for (const { name, shape, data } of parameters) {
    const entry = wanted.get(name);
    if (!entry)
      throw new UserError('model', `${file}: parameter ${printable(name)} is not one of the model that its config describes`);
    if (shape.length !== entry.shape.length || shape.some((size, i) => size !== entry.shape[i])) {
      const shapes = `[${shape.join(', ')}], where its config and vocabulary need [${entry.shape.join(', ')}]`;
      throw new UserError('model', `${file}: parameter ${name} has the shape ${shapes}`);
    }
    const broken = data.findIndex((value) => !Number.isFinite(value));
    if (broken >= 0)
      throw new UserError('model', `${file}: parameter ${name} holds ${data[broken]} at ${broken}: the training diverged`);
    wanted.delete(name);
  }
  const [missing] = wanted.keys();
  if (missing !== undefined) throw new UserError('model', `${file}: parameter ${missing} is missing`);
}

function isMap(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
