import type { Lanes } from './lanes.js';

/** Tokens that a stream reads before its own, so that its state converges to that of sequential reading. */
export const RUN_UP = 1280;
/** Steps between comparisons of states. */
const CHECK = 256;
/** The largest difference of equal states, relative to the larger of 1 and the value: 16 roundings of float32. */
const TOLERANCE = 1 / 1048576;
/** Predictions before a comparison of states whose losses are compared as well. */
const OVERLAP = 128;
/** The largest difference of such losses, in nats: they show how much the weights amplify a small difference of states. */
const LOSS_TOLERANCE = 1 / 8192;

/** A part of a text that is read as parallel streams. */
export interface SegmentPlace {
  /** The number of tokens before it. */
  readonly start: number;
  /** Predictions of each stream, a multiple of the lanes' steps, at least RUN_UP. */
  readonly length: number;
  /** Predictions of all streams; fewer than lanes x length at the end of a text. */
  readonly total: number;
  /** The state before it. Default: zero. */
  readonly state: Float32Array | undefined;
}

export interface Segment {
  /** The losses that are final: `total` of them, or fewer. */
  readonly losses: Float32Array;
  /** The state after the last of these losses, where that is the end of a stream. */
  readonly state: Float32Array;
  /** False when a stream was read again to its end without reaching the same state. */
  readonly forgets: boolean;
}

/** Scores a part of a text as one stream would, up to rounding: see `scoreStreams`. Progress is reported in predictions of the part. */
export async function scoreSegment(
  lanes: Lanes,
  { start, length, total, state }: SegmentPlace,
  onProgress: (done: number) => void | Promise<void>,
): Promise<Segment> {
  const { count, steps, stateLength: n } = lanes;
  const used = Array.from({ length: Math.ceil(total / length) }, (_, lane) => lane);
  const losses = new Float32Array(count * length);
  const blocks = Math.ceil(length / CHECK);
  /** The state of each stream before all its blocks, and after each of them: [blocks + 1, count, n]. */
  const states = new Float32Array((blocks + 1) * count * n);
  const before = (block: number, lane: number) => (block * count + lane) * n;
  const starts = new Float64Array(count);
  const goTo = (offset: number) => {
    for (let lane = 0; lane < count; lane++) starts[lane] = start + lane * length + offset;
  };
  const next = new Float32Array(steps);
  /**
   * The largest difference between the losses of the two readings of a stream, over the OVERLAP predictions before the current position.
   */
  const apart = new Float64Array(count);
  const compare = (lane: number, offset: number) => {
    for (let t = 0; t < steps; t++) apart[lane] = largerOf(apart[lane]!, Math.abs(next[t]! - losses[offset + t]!));
  };
  const readBlock = async (block: number, wanted: Iterable<number>, isAgain: boolean) => {
    const end = Math.min(length, (block + 1) * CHECK);
    apart.fill(0);
    for (let step = block * CHECK; step < end; step += steps) {
      goTo(step);
      await lanes.score(starts);
      for (const lane of wanted) {
        const offset = lane * length + step;
        lanes.losses(lane, next, 0);
        if (isAgain && step >= end - OVERLAP) compare(lane, offset);
        losses.set(next, offset);
      }
    }
  };

  // The first stream needs no run-up, because the state before it is known; the results of its run-up are discarded.
  const empty = new Float32Array(n);
  for (let lane = 0; lane < count; lane++) lanes.load(lane, empty, 0);
  /** The losses at the end of each run-up, which must equal those at the end of the previous stream: [count, OVERLAP]. */
  const runUpLosses = new Float32Array(count * OVERLAP);
  for (let step = -RUN_UP; step < 0; step += steps) {
    goTo(step);
    starts[0] = start;
    if (step < -OVERLAP) await lanes.read(starts);
    else {
      await lanes.score(starts);
      for (const lane of used) lanes.losses(lane, runUpLosses, lane * OVERLAP + OVERLAP + step);
    }
  }
  lanes.load(0, state ?? empty, 0);
  for (const lane of used) lanes.save(lane, states, before(0, lane));
  for (let block = 0; block < blocks; block++) {
    await readBlock(block, used, false);
    for (const lane of used) lanes.save(lane, states, before(block + 1, lane));
    await onProgress(Math.min(total, (block + 1) * CHECK * count));
  }

  const now = new Float32Array(n);
  const isAsIn = (block: number, lane: number) => apart[lane]! <= LOSS_TOLERANCE && isSame(now, states, before(block, lane));
  apart.fill(0);
  const open = new Set<number>();
  for (const lane of used.slice(1)) {
    const end = before(blocks, lane - 1);
    now.set(states.subarray(end, end + n));
    for (let step = 0; step < OVERLAP; step += steps) {
      next.set(runUpLosses.subarray(lane * OVERLAP + step, lane * OVERLAP + step + steps));
      compare(lane, lane * length - OVERLAP + step);
    }
    if (isAsIn(0, lane)) continue;
    open.add(lane);
    lanes.load(lane, now, 0);
  }
  for (let block = 0; block < blocks && open.size > 0; block++) {
    await readBlock(block, open, true);
    for (const lane of open) {
      lanes.save(lane, now, 0);
      if (isAsIn(block + 1, lane)) open.delete(lane);
      else states.set(now, before(block + 1, lane));
    }
    await onProgress(total);
  }

  // The first stream that stayed open was read from a final state to its end; the streams after it were not.
  const settled = open.size === 0 ? used.length : Math.min(...open) + 1;
  const end = before(blocks, settled - 1);
  const done = losses.subarray(0, Math.min(total, settled * length));
  return { losses: done, state: states.slice(end, end + n), forgets: open.size === 0 };
}

/** The larger number, or NaN if either is NaN, so that no tolerance accepts it. */
const largerOf = (a: number, b: number) => (a >= b ? a : a < b ? b : Number.NaN);

function isSame(now: Float32Array, before: Float32Array, offset: number): boolean {
  for (let i = 0; i < now.length; i++) {
    const value = before[offset + i]!;
    if (!(Math.abs(now[i]! - value) <= TOLERANCE * Math.max(1, Math.abs(value)))) return false;
  }
  return true;
}
