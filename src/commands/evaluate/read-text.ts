import { availableParallelism } from 'node:os';
import type { Engine } from '../../engine/engine.js';
import { createTypedArrayEngine } from '../../engine/typed-array/typed-array-engine.js';
import { tokenLosses } from '../../evaluate/perplexity.js';
import { type Windows, windowedLosses } from '../../evaluate/windowed-losses.js';
import { openModel } from '../../model/open-model.js';
import type { LanguageModel } from '../../model/window-programs.js';
import type { EvaluationText } from '../evaluation-text.js';
import type { Reading } from './report-section.js';

/** Tokens from which on it pays to start threads. */
const LONG = 8192;
/** Fixed, so that the machine makes no difference to the result. */
const SHARDS = 2;

/**
 * Lets a model read a text: exactly, as one stream, or in windows.
 *
 * The engine of the other sections has one shard, since what they do is one stream. Here many rows are read side by side, which
 * can be shared among threads: a long text is read on a typed-array engine of its own, with more shards.
 */
export async function readText(
  model: LanguageModel,
  engine: Engine,
  subject: EvaluationText,
  windows: Windows | undefined,
  onProgress: (done: number, total: number) => Promise<void>,
): Promise<Reading> {
  const tokens = await subject.encode(model);
  const source = await subject.withResets(model, tokens);
  const losses = async (by: LanguageModel, on: Engine) => {
    const scoring = { model: by, engine: on, tokens, onProgress };
    return {
      model,
      tokens,
      losses: windows ? await windowedLosses(windows, scoring) : await tokenLosses({ ...scoring, tokens: source }),
    };
  };
  const core = engine.name === 'typed-array' && !('exported' in model);
  if (!core || tokens.length <= LONG) return losses(model, engine);
  const wide = createTypedArrayEngine({ shards: SHARDS, threads: Math.min(SHARDS, availableParallelism()) });
  try {
    return await losses(openModel(model.path, wide), wide);
  } finally {
    wide.close();
  }
}
