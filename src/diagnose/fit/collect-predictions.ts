import type { Engine, Program } from '../../engine/engine.js';
import { checkFinite, predictionsOf } from '../../evaluate/perplexity.js';
import { checkNumber, countRange } from '../../foundation/arguments.js';
import { nextTurn } from '../../foundation/next-turn.js';
import { type CarriedState, createCarriedState } from '../../model/carried-state.js';
import { programPool, withPooled } from '../../model/program-pool.js';
import { type ParameterNetwork, predictionProgram, readingProgram } from '../../model/window-programs.js';
import { checkedTokenSource, type TokenSource } from '../../text/batches.js';
import { softmaxMoments } from './softmax-moments.js';

export interface PredictionOptions {
  readonly engine: Engine;
  /** A model of one stack; of a bidirectional model one of its stacks, with the text in its reading order. */
  readonly model: ParameterNetwork;
  /** N token ids: N - 1 can be predicted. */
  readonly tokens: Int32Array | TokenSource;
  /** The most predictions that are collected. */
  readonly maximumPredictions: number;
  /** The most bytes that their logits may take; at least one prediction is collected. */
  readonly maximumBytes: number;
  /** Called after each run with the number of predictions made; the reading waits for its promise. */
  onProgress?(done: number, total: number): void | Promise<void>;
}

/** Predictions of single tokens, spread over a text, with the logits of the whole vocabulary. */
export interface PredictionSample {
  /** n */
  readonly count: number;
  /** V */
  readonly vocabularySize: number;
  /** [n, V]: log-probabilities up to a constant of the row. */
  readonly logits: Float32Array;
  /** [n]: the largest logit of each row. */
  readonly greatest: Float32Array;
  /** [n]: the token that follows, and its place in the text. */
  readonly targets: Int32Array;
  readonly places: Int32Array;
}

/** Parts of the text that are read in parallel. */
const LANES = 16;
/** Predictions of a lane in one run. */
const STEPS = 32;
/** The most logits of a run: lanes x steps x vocabulary. */
const LOGITS = 8_388_608;
/** Tokens that a lane reads before its own, or fewer at the beginning of the text. A multiple of STEPS. */
const RUN_UP = 256;

/**
 * Collects the logits of n predictions of a text, n being at most `maximumPredictions` and at most what `maximumBytes` holds. Of a longer
 * text, equal parts at equal distances are predicted, each after a run-up of up to 256 tokens from a zero state. Where documents end and
 * reset the state, it is reset as in training.
 *
 * @throws UserError `data` for a text of less than two tokens, `model` when a loss is not a number
 */
export async function collectPredictions(options: PredictionOptions): Promise<PredictionSample> {
  const { engine, model, maximumPredictions, maximumBytes, onProgress } = options;
  checkNumber('maximumPredictions', maximumPredictions, countRange);
  checkNumber('maximumBytes', maximumBytes, countRange);
  const { vocabularySize: V } = model.options;
  const source = checkedTokenSource(options.tokens, V);
  const available = predictionsOf(source);
  const held = Math.max(1, Math.floor(maximumBytes / (Float32Array.BYTES_PER_ELEMENT * V)));
  const count = Math.min(available, maximumPredictions, held);
  const sample: PredictionSample = {
    count,
    vocabularySize: V,
    logits: new Float32Array(count * V),
    greatest: new Float32Array(count),
    targets: new Int32Array(count),
    places: new Int32Array(count),
  };
  const lanes = engine.shards * Math.max(1, Math.floor(LANES / engine.shards));
  const places = lanePlaces(lanes, count, available);
  let T = STEPS;
  while (T > 1 && lanes * T * V > LOGITS) T /= 2;
  const longest = Math.max(...places.map(({ count }) => count));
  const losses = new Float32Array(T);
  const pool = programPool<LanePrograms>(engine, model, `predictions ${lanes} ${T}`);
  const make = () => lanePrograms(model, engine, { batchSize: lanes, sequenceLength: T });
  await withPooled(pool, make, async ({ state, reading, prediction }) => {
    state.reset();
    for (const program of [reading, prediction]) program.parametersChanged();
    for (let step = -RUN_UP; step < 0; step += T) {
      fillLanes(reading, source, places, step, T);
      await reading.run();
      state.carry();
      await nextTurn();
    }
    for (let step = 0; step < longest; step += T) {
      fillLanes(prediction, source, places, step, T);
      await prediction.run();
      state.carry();
      for (const [lane, { start, first, count }] of places.entries()) {
        const own = Math.max(0, Math.min(T, count - step));
        if (own === 0) continue;
        copyLogits(prediction, { lane, lanes, steps: own }, sample, first + step);
        source.read(start + step + 1, sample.targets.subarray(first + step), own);
        for (let i = 0; i < own; i++) sample.places[first + step + i] = start + step + 1 + i;
        writeLosses(sample, first + step, own, losses);
        checkFinite(losses, start + step, own, model);
      }
      await onProgress?.(Math.min(count, (step + T) * lanes), count);
      await nextTurn();
    }
  });
  return sample;
}

/** The part of the text that a lane predicts. */
interface LanePlace {
  /** The token after which its first prediction is made. */
  readonly start: number;
  /** Its first prediction among those of all lanes, and their number. */
  readonly first: number;
  readonly count: number;
}

/** Divides n predictions equally among the lanes, with equal gaps between them, so that they do not overlap. */
function lanePlaces(lanes: number, count: number, available: number): LanePlace[] {
  const firstOf = (lane: number) => Math.floor((lane * count) / lanes);
  return Array.from({ length: lanes }, (_, lane) => {
    const first = firstOf(lane);
    const start = first + Math.floor((lane * (available - count)) / lanes);
    return { start, first, count: firstOf(lane + 1) - first };
  });
}

interface LanePrograms {
  readonly state: CarriedState;
  readonly reading: Program;
  readonly prediction: Program;
}

function lanePrograms(
  model: ParameterNetwork,
  engine: Engine,
  size: { readonly batchSize: number; readonly sequenceLength: number },
): LanePrograms {
  // With `keep`, a lane can begin with a zero state in the middle of a window.
  const window = { ...size, shards: engine.shards, resets: true };
  const state = createCarriedState(engine, model.options, size.batchSize);
  return {
    state,
    reading: readingProgram(model, engine, window, state),
    prediction: predictionProgram(model, engine, window, state),
  };
}

/** Writes the tokens of each lane from `step` of its own part on, which is negative in the run-up; before the text there is no state. */
function fillLanes({ inputs }: Program, source: TokenSource, places: readonly LanePlace[], step: number, T: number): void {
  const rows = places.length / inputs.tokens!.length;
  const tokens = new Int32Array(T);
  const ends = new Uint8Array(T);
  for (const [lane, { start }] of places.entries()) {
    const shard = Math.floor(lane / rows);
    const [input, keep] = [inputs.tokens![shard]!, inputs.keep![shard]!];
    const place = start + step;
    const skipped = Math.min(T, Math.max(0, -place));
    const present = Math.max(0, Math.min(T - skipped, source.length - 1 - place - skipped));
    tokens.fill(0);
    ends.fill(0);
    if (present > 0) {
      source.read(place + skipped, tokens, present);
      source.readDocumentEnds?.(place + skipped, ends, present);
    }
    for (let t = 0, i = lane % rows; t < T; t++, i += rows) {
      const isText = t >= skipped && t < skipped + present;
      input[i] = isText ? tokens[t - skipped]! : 0;
      keep[i] = isText && place + t > 0 && ends[t - skipped] === 0 ? 1 : 0;
    }
  }
}

/** Copies the logits of a lane's first steps, and their maxima, to the sample from prediction `first` on. */
function copyLogits(
  { outputs }: Program,
  { lane, lanes, steps }: { readonly lane: number; readonly lanes: number; readonly steps: number },
  { vocabularySize: V, logits, greatest }: PredictionSample,
  first: number,
): void {
  const rows = lanes / outputs.logits!.length;
  const output = outputs.logits![Math.floor(lane / rows)] as Float32Array;
  for (let t = 0, i = lane % rows; t < steps; t++, i += rows) {
    logits.set(output.subarray(i * V, (i + 1) * V), (first + t) * V);
    let most = Number.NEGATIVE_INFINITY;
    for (let v = i * V; v < (i + 1) * V; v++) if (output[v]! > most) most = output[v]!;
    greatest[first + t] = most;
  }
}

/** The nats of the predictions from `first` on, to detect those that are not numbers. */
function writeLosses(
  { vocabularySize: V, logits, greatest, targets }: PredictionSample,
  first: number,
  count: number,
  losses: Float32Array,
): void {
  const moments = { sum: 0, mean: 0, variance: 0 };
  for (let i = 0; i < count; i++) {
    const row = first + i;
    softmaxMoments(logits, { row, size: V, greatest: greatest[row]!, beta: 1 }, moments);
    losses[i] = Math.log(moments.sum) - logits[row * V + targets[row]!]! + greatest[row]!;
  }
}
