import { availableParallelism } from 'node:os';
import type { Engine } from '../../engine/engine.js';
import { gatherLosses, type LossSummary } from '../../evaluate/loss-summary.js';
import { type OnLosses, scoreText } from '../../evaluate/perplexity.js';
import { scoreWindows, type Windows } from '../../evaluate/score-windows.js';
import type { LanguageModel } from '../../model/window-programs.js';
import { openModel } from '../../run/open-model.js';
import type { TokenSource } from '../../text/batches.js';

/** The number of tokens from which threads save time. */
const LONG = 8192;

interface TextReader {
  readonly model: LanguageModel;
  readonly engine: Engine;
  /** Read in independent windows instead of one stream. */
  readonly windows: Windows | undefined;
  onProgress(done: number, total: number): Promise<void>;
}

/**
 * Scores a text: exactly, as one stream, or in windows.
 *
 * The engine of the other sections has one shard, because they read a single stream. Here many rows are read in parallel, which threads can
 * share: a long text is read on a separate engine, if the engine provides one.
 *
 * @param keep also gets the losses, in order
 */
export async function readText(
  { model, engine, windows, onProgress }: TextReader,
  tokens: TokenSource,
  keep?: OnLosses,
): Promise<LossSummary> {
  const gatherer = gatherLosses(tokens, model.tokenizer.vocabulary.unknownId);
  const take: OnLosses = (losses, start, count) => {
    gatherer.add(losses, start, count);
    keep?.(losses, start, count);
  };
  const score = (by: LanguageModel, on: Engine) => {
    const scoring = { model: by, engine: on, tokens, onProgress };
    return windows ? scoreWindows(windows, scoring, take) : scoreText(scoring, take);
  };
  const now = () => performance.now() / 1000;
  const isLong = tokens.length > LONG && !('exported' in model);
  const wide = isLong ? engine.forManyRows?.(availableParallelism(), now) : undefined;
  if (wide) {
    try {
      await score(openModel(model.path, wide), wide);
    } finally {
      wide.close();
    }
  } else await score(model, engine);
  return gatherer.finish();
}
