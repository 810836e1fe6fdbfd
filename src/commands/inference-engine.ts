import { availableParallelism } from 'node:os';
import type { Engine } from '../engine/engine.js';
import { createTypedArrayEngine } from '../engine/typed-array/typed-array-engine.js';
import type { EngineChoice } from './engine-flag.js';

/**
 * The engine for work with a finished model. It has one shard: a text is a single stream.
 * @throws UserError usage when it is not there: the package is not installed, or this system has not the provider
 */
export async function openInferenceEngine(choice: EngineChoice): Promise<Engine> {
  if (choice.type === 'typed-array') return createTypedArrayEngine({ shards: 1, threads: 1 });
  const { createOnnxRuntimeEngine } = await import('../engine/onnxruntime/onnxruntime-engine.js');
  return createOnnxRuntimeEngine({ provider: choice.provider, threads: availableParallelism() });
}
