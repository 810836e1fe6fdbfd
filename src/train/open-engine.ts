import { availableParallelism } from 'node:os';
import type { NamedEngineConfig } from '../config/types.js';
import type { Engine } from '../engine/engine.js';
import { createOnnxRuntimeEngine } from '../engine/onnxruntime/onnxruntime-engine.js';
import { createTypedArrayEngine } from '../engine/typed-array/typed-array-engine.js';

/** How many threads compute. `auto`: as many of the machine's cores as are fastest, which is measured while training. */
export type Threads = number | 'auto';

/**
 * The engine that a config names.
 * @throws UserError `usage` when it is not there: a package that is not installed, a provider that this system has not
 */
export async function openEngine(config: NamedEngineConfig, threads: Threads): Promise<Engine> {
  const most = threads === 'auto' ? availableParallelism() : threads;
  if (config.type === 'onnxruntime') return createOnnxRuntimeEngine({ provider: config.provider, threads: most });
  const now = threads === 'auto' ? () => performance.now() / 1000 : undefined;
  return createTypedArrayEngine({ shards: config.shards, threads: most, now });
}
