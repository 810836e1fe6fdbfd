import { type LoadOptions, loadConfig } from '../config/load.js';
import type { ResolvedConfig } from '../config/types.js';
import { modelSections } from '../run/model-sections.js';

/**
 * Reads a config file (YAML or JSON, by its extension) with all that it extends, applies overrides, checks it, and fills in defaults. A
 * config whose training starts from a model takes the sections `model` and `tokenizer` from that model if it lacks them.
 *
 * @throws UserError usage with every problem found, each with file, line and column or with its flag; model for a model that cannot be read
 */
export function loadConfigWithModels(file: string, options: Omit<LoadOptions, 'modelSections'> = {}): ResolvedConfig {
  return loadConfig(file, { ...options, modelSections });
}
