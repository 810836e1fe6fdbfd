import { checkSignal } from '../foundation/arguments.js';
import { checkedTokenSource } from '../text/batches.js';
import { withLanes } from './lanes.js';
import { type ScoringOptions, scoreTokens } from './score-tokens.js';
import { scoreSegment } from './stream-segment.js';

/** Steps of one run. Twice as many where they are one operator, which needs no longer to compile, and the logits are small. */
const STEPS = 32;
/** A stream's least and greatest length, and the most streams in parallel. */
const SHORTEST = 4096;
const LONGEST = 8192;
const MOST = 32;
/** The most logits of a run: streams x steps x vocabulary. */
const LOGITS = 8388608;

export interface StreamOptions extends Omit<ScoringOptions, 'sequenceLength'> {
  /** Called between windows with the approximate number of predictions made, which never decreases; scoring waits for its promise. */
  onProgress?(done: number): void | Promise<void>;
}

/** The number of predictions below which a text is not divided into streams. */
export const FEWEST_PREDICTIONS = 2 * SHORTEST;

/**
 * Scores a text as one stream, with the same result as `scoreTokens` up to rounding, but many places of it at once, which is several times
 * faster (docs/design/exact-in-parallel.md). The text is divided into streams that are read in parallel. Each stream starts from the state
 * after a run-up over the tokens before it. If the previous stream ended in the same state, the result is that of sequential reading. If
 * not, the stream is read again from the right state until its state equals that of the first reading: from there on the results are equal.
 * A recurrent network usually forgets its initial state after some hundred tokens. These comparisons detect one that does not, and the rest
 * of its text is read sequentially.
 */
export async function scoreStreams(options: StreamOptions): Promise<void> {
  const { model, engine, tokens, onWindow, onProgress, signal } = options;
  checkSignal(signal);
  const source = checkedTokenSource(tokens, model.options.vocabularySize);
  const predictions = source.length - 1;
  const { vocabularySize: V } = model.options;
  const steps = engine.readingSteps * MOST * V <= LOGITS ? engine.readingSteps : STEPS;
  const count = streamsFor(predictions, Math.min(MOST, LOGITS / (steps * V)), engine.shards);
  let start = 0;
  let state: Float32Array | undefined;
  // What was read in parallel and turns out to be wrong is read again: then progress waits.
  let told = 0;
  const tell = (done: number) => {
    told = Math.max(told, done);
    return onProgress?.(told);
  };
  if (count > 1) {
    const segments = Math.ceil(predictions / (count * LONGEST));
    const length = steps * Math.ceil(predictions / (segments * count * steps));
    await withLanes(model, engine, { source, count, steps, signal }, async (lanes) => {
      for (let forgets = true; forgets && start < predictions; ) {
        const from = start;
        const total = Math.min(count * length, predictions - from);
        const done = await scoreSegment(lanes, { start, length, total, state }, (read) => tell(from + read));
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
    await tell(start + from + count);
  };
  await scoreTokens({ model, engine, tokens: rest, state, onWindow: onRest, signal });
}

/** The number of streams, a power of two and a multiple of the engine's shards, with streams of sufficient length. */
function streamsFor(predictions: number, most: number, shards: number): number {
  let count = 1;
  while (2 * count <= Math.max(2, shards, most) && 2 * count * SHORTEST <= predictions) count *= 2;
  return count % shards === 0 ? count : 0;
}
