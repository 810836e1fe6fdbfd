import type { Engine } from '../engine/engine.js';
import { isFolder } from '../files/regular-file.js';
import { UserError } from '../foundation/errors.js';
import { isExportedFile } from './exported-file.js';
import { readModelFile } from './model-file.js';
import { checkedModel, type OpenedModel, placedModel, type ReadModel } from './opened-model.js';
import { describeNoModel } from './recognize.js';
import { runLayout } from './run-directory.js';

export type { OpenedModel } from './opened-model.js';

/**
 * Opens a model file or a checkpoint; for a run directory, its best model. Nothing in the file is trusted, and allocations do not exceed
 * what it contains. A bidirectional model is opened as its forward stack, a model of one direction, and has `backward` besides.
 *
 * @throws UserError `model` when there is no such file or it is invalid
 */
export function openModel(path: string, engine: Engine): OpenedModel {
  return placedModel(readModel(path), engine);
}

/** Reads a model without an engine. @throws UserError `model`, as {@link openModel} does */
export function readModel(path: string): ReadModel {
  const file = modelFileOf(path);
  return checkedModel(file, readModelFile(file));
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
