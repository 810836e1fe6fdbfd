import { mapPaths } from '../config/map-paths.js';
import { UserError } from '../foundation/errors.js';
import { isJsonMap } from '../foundation/strict-json.js';
import type { ModelDescription } from '../model/model-description.js';
import { directionOf } from '../model/stacks.js';
import { contentsOf, type OpenedModel } from '../run/opened-model.js';
import { type WeightForm, withWeights } from '../run/weight-forms.js';

/**
 * The bytes of a model file for a page. The paths in its config are shortened to the names of the files. Of a bidirectional model it has
 * the forward stack, which writes.
 *
 * @param name of the model in messages
 * @throws UserError `usage` for a model that reads backward, and for weights beyond float16's range
 */
export function pageModel(
  model: ModelDescription & Pick<OpenedModel, 'table' | 'arena'>,
  name: string,
  form: WeightForm = 'float32',
): Uint8Array<ArrayBuffer> {
  if (directionOf(model.options) === 'backward')
    throw new UserError('usage', `${name} reads backward, and a page shows a text while it is written: not possible`);
  const { config, ...contents } = contentsOf(model);
  const short = isJsonMap(config) ? mapPaths(config, (path) => /[^/\\]*$/.exec(path)![0]) : config;
  return withWeights({ ...contents, config: short }, form);
}
