import { memoryTokenSource } from '../text/batches.js';
import { createLanes, type Lanes } from './lanes.js';
import { type ScoringOptions, scoreTokens } from './score-tokens.js';

/** Steps of one run, and those after which states are compared. */
const STEPS = 32;
const CHECK = 256;
/** A stream's least and greatest length, and the most streams side by side. */
const SHORTEST = 4096;
const LONGEST = 8192;
const MOST = 32;
/** The most logits of a run: streams x STEPS x vocabulary. */
const LOGITS = 8388608;
/** States are the same when they differ by no more than this, in parts of the larger of 1 and the value: 16 roundings of float32. */
const TOLERANCE = 1 / 1048576;

export interface StreamOptions extends Omit<ScoringOptions, 'sequenceLength'> {
  /** Told between windows how many predictions are about done; waited for. */
  onProgress?(done: number): void | Promise<void>;
}

/** Predictions below which a text is not worth cutting into streams. */
export const FEWEST_PREDICTIONS = 2 * SHORTEST;

/**
 * Scores a text as one stream, as `scoreTokens` does and with the same result up to rounding, but many places of it at once, which
 * is several times faster (docs/design/exact-in-parallel.md). The text is cut into streams that are read side by side, each from
 * an empty state; then each is read again from the state in which the one before it ended, until its state is the same as it was
 * the first time: from there on all is the same. A recurrent network forgets how it began after some hundred tokens. One that
 * does not is noticed by that very comparison, and the rest of its text is read in order.
 */
export async function scoreStreams({ model, engine, tokens, onWindow, onProgress }: StreamOptions): Promise<void> {
  const source = tokens instanceof Int32Array ? memoryTokenSource(tokens) : tokens;
  const predictions = source.length - 1;
  const byCount = new Map<number, Lanes>();
  let start = 0;
  let state: Float32Array | undefined;
  for (let forgets = true; forgets; ) {
    const left = predictions - start;
    const count = streamsFor(left, Math.min(MOST, LOGITS / (STEPS * model.options.vocabularySize)), engine.shards);
    if (count < 2) break;
    const length = Math.min(LONGEST, Math.floor(left / count / CHECK) * CHECK);
    const lanes = byCount.get(count) ?? createLanes(model, engine, source, count, STEPS);
    byCount.set(count, lanes);
    const done = await readSegment(lanes, start, length, state, (read) => onProgress?.(start + read));
    await onWindow(done.losses, start, done.losses.length);
    start += done.losses.length;
    state = done.state;
    forgets = done.forgets;
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

interface Segment {
  /** Of all that is settled: streams x length, or less. */
  readonly losses: Float32Array;
  /** After the last of them. */
  readonly state: Float32Array;
  /** False when a stream was read again to its end without coming to the same state. */
  readonly forgets: boolean;
}

/** Reads streams x length predictions from `start` on, `state` being the one before them (zero if it is not given). */
async function readSegment(
  lanes: Lanes,
  start: number,
  length: number,
  state: Float32Array | undefined,
  onProgress: (done: number) => void | Promise<void>,
): Promise<Segment> {
  const { count, steps, stateLength: n } = lanes;
  const losses = new Float32Array(count * length);
  const blocks = length / CHECK;
  /** The state of each stream after each block: [blocks, count, n]. */
  const states = new Float32Array(blocks * count * n);
  const after = (block: number, lane: number) => (block * count + lane) * n;
  const starts = new Float64Array(count);

  const readBlock = async (block: number, wanted: ReadonlySet<number>) => {
    for (let step = block * CHECK; step < (block + 1) * CHECK; step += steps) {
      for (let lane = 0; lane < count; lane++) starts[lane] = start + lane * length + step;
      await lanes.run(starts);
      for (const lane of wanted) lanes.losses(lane, losses, lane * length + step);
    }
  };

  const empty = new Float32Array(n);
  for (let lane = 0; lane < count; lane++) lanes.load(lane, lane === 0 && state ? state : empty, 0);
  const all = new Set(Array.from({ length: count }, (_, lane) => lane));
  for (let block = 0; block < blocks; block++) {
    await readBlock(block, all);
    for (const lane of all) lanes.save(lane, states, after(block, lane));
    await onProgress((block + 1) * CHECK * count);
  }

  const open = new Set([...all].slice(1));
  for (const lane of open) lanes.load(lane, states, after(blocks - 1, lane - 1));
  const now = new Float32Array(n);
  for (let block = 0; block < blocks && open.size > 0; block++) {
    await readBlock(block, open);
    for (const lane of open) {
      lanes.save(lane, now, 0);
      if (isSame(now, states, after(block, lane))) open.delete(lane);
      else states.set(now, after(block, lane));
    }
    await onProgress(length * count);
  }

  // The first stream that stayed open was read from a settled state to its end; what comes after it was not.
  const settled = open.size === 0 ? count : Math.min(...open) + 1;
  const end = after(blocks - 1, settled - 1);
  return { losses: losses.subarray(0, settled * length), state: states.slice(end, end + n), forgets: open.size === 0 };
}

function isSame(now: Float32Array, before: Float32Array, offset: number): boolean {
  for (let i = 0; i < now.length; i++) {
    const value = before[offset + i]!;
    if (!(Math.abs(now[i]! - value) <= TOLERANCE * Math.max(1, Math.abs(value)))) return false;
  }
  return true;
}
