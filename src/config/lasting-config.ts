import type { JsonValue } from '../foundation/strict-json.js';
import { mapPaths } from './map-paths.js';
import type { ResolvedConfig } from './types.js';

/**
 * A config without the keys that do not affect the model: the run's name, its paths, and what observers write.
 *
 * @param shortened replaces each path of the rest
 */
export function lastingConfig(
  { name: _, output: __, ...config }: ResolvedConfig,
  shortened: (path: string) => string,
): JsonValue {
  const { cache: ___, ...corpus } = config.corpus;
  const { samples: ____, tensorboard: _____, diagnostics: ______, ...training } = config.training;
  return mapPaths({ ...config, corpus, training }, shortened) as unknown as JsonValue;
}
