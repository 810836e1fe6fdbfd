import type { Engine } from '../engine/engine.js';
import { isFolder } from '../files/regular-file.js';
import { UserError } from '../foundation/errors.js';
import { quotedName } from '../foundation/printable.js';
import { isJsonMap } from '../foundation/strict-json.js';
import { type ModelDescription, modelDescription } from '../model/model-description.js';
import { entryView, type ParameterTable, parameterTable } from '../model/parameter-table.js';
import { stackOptions, stackTable } from '../model/stack-model.js';
import { type Stack, stacksOf } from '../model/stacks.js';
import { isExportedFile } from './exported-file.js';
import { type Parameter, readModelFile } from './model-file.js';
import { describeNoModel } from './recognize.js';
import { runLayout } from './run-directory.js';

/** A trained model in an engine's memory. */
export interface OpenedModel extends ModelDescription {
  readonly table: ParameterTable;
  /** The parameters, [table.arenaLength], in the engine's memory. */
  readonly arena: Float32Array;
  /** Of a bidirectional model: its backward stack, as a model of its own in the same memory. */
  readonly backward?: OpenedModel;
}

/**
 * Opens a model file or a checkpoint; for a run directory, its best model. Nothing in the file is trusted, and allocations do not exceed
 * what it contains. A bidirectional model is opened as its forward stack, a model of one direction, and has `backward` besides.
 *
 * @throws UserError `model` when there is no such file or it is invalid
 */
export function openModel(path: string, engine: Engine): OpenedModel {
  const { table, parameters, ...description } = readModel(path);
  const arena = engine.allocateFloats(table.arenaLength);
  for (const entry of table.entries) entryView(arena, entry).set(parameters.get(entry.name)!);
  return stackModels({ ...description, table, arena });
}

/** A whole model as its stacks: models of one direction in its memory. */
export function stackModels<M extends ModelDescription & Pick<OpenedModel, 'table' | 'arena'>>(
  model: M,
): M & { readonly backward?: M } {
  const { options, table, config } = model;
  if (!options.bidirectional) return model;
  const modelOf = (stack: Stack): M => ({
    ...model,
    options: stackOptions(options, stack),
    table: stackTable(table, options, stack),
    config: { ...config, model: { ...section, ...(stack.direction === 'backward' && { direction: stack.direction }) } },
  });
  const { bidirectional: _, ...section } = isJsonMap(config.model) ? config.model : {};
  const [forward, backward] = stacksOf(options).map(modelOf);
  return { ...forward!, backward: backward! };
}

/** A trained model as in its file. */
interface ReadModel extends ModelDescription {
  readonly table: ParameterTable;
  /** By name: exactly the parameters of the table, each of its shape and with finite numbers. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
}

/** Reads a model without an engine. @throws UserError `model`, as {@link openModel} does */
export function readModel(path: string): ReadModel {
  const file = modelFileOf(path);
  const { parameters, ...said } = readModelFile(file);
  const description = modelDescription(file, said);
  const table = parameterTable(description.options);
  checkParameters(file, table, parameters);
  return { ...description, table, parameters: new Map(parameters.map(({ name, data }) => [name, data])) };
}

/** The file for a path of a model. @throws UserError `model` for a path that is not one */
export function modelFileOf(path: string): string {
  const problem = describeNoModel(path);
  if (problem !== undefined) throw new UserError('model', problem);
  if (isFolder(path)) return runLayout(path).model;
  if (isExportedFile(path))
    throw new UserError('model', `${path} is an exported file: this needs the model that it was made of`);
  return path;
}

/** Checks that the tensors are exactly those of the table, each of its shape and with finite numbers. */
function checkParameters(file: string, table: ParameterTable, parameters: readonly Parameter[]): void {
  const wanted = new Map(table.entries.map((entry) => [entry.name, entry]));
  for (const { name, shape, data } of parameters) {
    const entry = wanted.get(name);
    if (!entry)
      throw new UserError('model', `${file}: parameter ${quotedName(name)} is not one of the model that its config describes`);
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
