import type { NamedEngineConfig } from '../config/types.js';
import type { Engine } from '../engine/engine.js';
import { createOnnxRuntimeEngine } from '../engine/onnxruntime/onnxruntime-engine.js';
import { createTypedArrayEngine } from '../engine/typed-array/typed-array-engine.js';

/**
 * The engine that a config names.
 * @throws UserError `usage` when it is not there: a package that is not installed, a provider that this system has not
 */
export async function openEngine(config: NamedEngineConfig, threads: number): Promise<Engine> {
  if (config.type === 'typed-array') return createTypedArrayEngine({ shards: config.shards, threads });
  return createOnnxRuntimeEngine({ provider: config.provider, threads });
}
