import type { Engine } from '../../engine/engine.js';
import { createTypedArrayEngine } from '../../engine/typed-array/typed-array-engine.js';
import type { LanguageModel } from '../../model/window-programs.js';
import { isExportedFile } from '../../run/exported-file.js';
import { openModel } from '../../run/open-model.js';
import type { EngineChoice } from './engine-flag.js';

/** A finished model and what computes it. */
export interface Inference {
  readonly model: LanguageModel;
  /** Of one shard: a text is a single stream. An exported file computes itself, and has its state in this engine's memory. */
  readonly engine: Engine;
  close(): void;
}

/**
 * Opens a model file, a checkpoint, a run directory, or an exported file.
 *
 * @param choice what computes a model that is no exported file
 * @param threads within an operator of onnxruntime. One, where a token is computed at a time: its products are too small to share.
 * @throws UserError usage when what computes is not there: the package is not installed, or this system has not the provider;
 *   `model` when the file cannot be used
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
