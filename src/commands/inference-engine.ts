import type { Engine } from '../engine/engine.js';
import { createTypedArrayEngine } from '../engine/typed-array/typed-array-engine.js';
import type { EngineChoice } from './engine-flag.js';

/**
 * The engine for work with a finished model. It has one shard: a text is a single stream.
 * @param threads within an operator of onnxruntime. One, where a token is computed at a time: its products are too small to share.
 * @throws UserError usage when it is not there: the package is not installed, or this system has not the provider
 */
export async function openInferenceEngine(choice: EngineChoice, threads = 1): Promise<Engine> {
  if (choice.type === 'typed-array') return createTypedArrayEngine({ shards: 1, threads: 1 });
  const { createOnnxRuntimeEngine } = await import('../engine/onnxruntime/onnxruntime-engine.js');
  return createOnnxRuntimeEngine({ provider: choice.provider, threads });
}
