import type { Engine } from '../../engine/engine.js';
import { createTypedArrayEngine } from '../../engine/typed-array/typed-array-engine.js';
import type { LanguageModel } from '../../model/window-programs.js';
import { isExportedFile } from '../../run/exported-file.js';
import { openModel } from '../../run/open-model.js';
import type { EngineChoice } from './engine-flag.js';

/** A finished model and its engine. */
export interface Inference {
  readonly model: LanguageModel;
  /**
   * An engine of one shard, because a text is a single stream. An exported file computes itself, and its state is in this engine's memory.
   */
  readonly engine: Engine;
  close(): void;
}

/**
 * Opens a model file, a checkpoint, a run directory, or an exported file.
 *
 * @param choice the engine for a model that is not an exported file
 * @param threads threads within an operator of onnxruntime. Default 1: the products of a single token are too small to share
 * @throws UserError usage when the package is not installed or this system lacks the provider; `model` when the file cannot be used
 */
export async function openInference(path: string, choice: EngineChoice, threads = 1): Promise<Inference> {
  if (isExportedFile(path)) return openExported(path, threads);
  const engine = await openEngine(choice, threads);
  try {
    return { model: openModel(path, engine), engine, close: () => engine.close() };
  } catch (error) {
    engine.close();
    throw error;
  }
}

async function openExported(path: string, threads: number): Promise<Inference> {
  const { openExport } = await import('../../run/open-export.js');
  const model = await openExport(path, { threads });
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  const close = () => {
    engine.close();
    void model.close();
  };
  return { model, engine, close };
}

async function openEngine(choice: EngineChoice, threads: number): Promise<Engine> {
  if (choice.type === 'typed-array') return createTypedArrayEngine({ shards: 1, threads: 1 });
  const { createOnnxRuntimeEngine } = await import('../../engine/onnxruntime/onnxruntime-engine.js');
  return createOnnxRuntimeEngine({ provider: choice.provider, threads });
}
