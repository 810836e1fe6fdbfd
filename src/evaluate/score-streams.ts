import { checkedTokenSource } from '../text/batches.js';
import { withLanes } from './lanes.js';
import { type ScoringOptions, scoreTokens } from './score-tokens.js';
import { scoreSegment } from './stream-segment.js';

/** Steps of one run. Twice as many where they are one operator and not as many more to compile, and their logits are few. */
const STEPS = 32;
/** A stream's least and greatest length, and the most streams side by side. */
const SHORTEST = 4096;
const LONGEST = 8192;
const MOST = 32;
/** The most logits of a run: streams x steps x vocabulary. */
const LOGITS = 8388608;

export interface StreamOptions extends Omit<ScoringOptions, 'sequenceLength'> {
  /** Told between windows how many predictions are about done; waited for. */
  onProgress?(done: number): void | Promise<void>;
}

/** Predictions below which a text is not worth cutting into streams. */
export const FEWEST_PREDICTIONS = 2 * SHORTEST;

/**
 * Scores a text as one stream, as `scoreTokens` does and with the same result up to rounding, but many places of it at once, which
 * is several times faster (docs/design/exact-in-parallel.md). The text is cut into streams that are read side by side, each from
 * the state that a run-up over the tokens before it leads to. Where the stream before it ended in that same state, all is as if it
 * had been read in order; where it did not, the stream is read again from the right state until its state is the same as it was
 * the first time: from there on all is the same. A recurrent network forgets how it began after some hundred tokens. One that
 * does not is noticed by these comparisons, and the rest of its text is read in order.
 */
export async function scoreStreams({ model, engine, tokens, onWindow, onProgress }: StreamOptions): Promise<void> {
  const source = checkedTokenSource(tokens, model.options.vocabularySize);
  const predictions = source.length - 1;
  const { vocabularySize: V } = model.options;
  const steps = engine.readingSteps * MOST * V <= LOGITS ? engine.readingSteps : STEPS;
  const count = streamsFor(predictions, Math.min(MOST, LOGITS / (steps * V)), engine.shards);
  let start = 0;
  let state: Float32Array | undefined;
  if (count > 1) {
    const segments = Math.ceil(predictions / (count * LONGEST));
    const length = steps * Math.ceil(predictions / (segments * count * steps));
    await withLanes(model, engine, { source, count, steps }, async (lanes) => {
      for (let forgets = true; forgets && start < predictions; ) {
        const from = start;
        const total = Math.min(count * length, predictions - from);
        const done = await scoreSegment(lanes, { start, length, total, state }, (read) => onProgress?.(from + read));
        await onWindow(done.losses, start, done.losses.length);
        start += done.losses.length;
        ({ state, forgets } = done);
      }
    });
  }
  if (start === predictions) return;
  const rest = {
    length: source.length - start,
    read: (from: number, target: Int32Array, count: number) => source.read(start + from, target, count),
  };
  const onRest = async (losses: Float32Array, from: number, count: number) => {
    await onWindow(losses, start + from, count);
    await onProgress?.(start + from + count);
  };
  await scoreTokens({ model, engine, tokens: rest, state, onWindow: onRest });
}

/** A power of two of streams, as long as they stay long enough; the engine's shards must divide it. */
function streamsFor(predictions: number, most: number, shards: number): number {
  let count = 1;
  while (2 * count <= Math.max(2, shards, most) && 2 * count * SHORTEST <= predictions) count *= 2;
  return count % shards === 0 ? count : 0;
}
