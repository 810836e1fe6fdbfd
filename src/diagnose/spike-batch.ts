import type { Engine, Program } from '../engine/engine.js';
import { nextTurn } from '../foundation/next-turn.js';
import { createCarriedState } from '../model/carried-state.js';
import { type ParameterNetwork, scoringProgram } from '../model/window-programs.js';
import { type Batches, batchesOfEpoch } from '../text/batches.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

/** The batch of one step, scored by a model. */
export interface ScoredBatch {
  readonly step: number;
  /** From 1. */
  readonly epoch: number;
  /** The mean loss of its targets now. */
  readonly natsPerToken: number;
  /** Its rows with the highest mean losses, the highest first. */
  readonly rows: readonly ScoredRow[];
}

/** What a step read in one row of the batch. */
export interface ScoredRow {
  /** The row of the batch, from 0. */
  readonly row: number;
  readonly natsPerToken: number;
  /** The text that was predicted. */
  readonly text: string;
  /** The token of it with the highest loss. */
  readonly worst: { readonly token: string; readonly nats: number };
}

export interface SpikeBatchOptions {
  /** Of one shard. */
  readonly engine: Engine;
  readonly network: ParameterNetwork;
  /** Of the training, as one shard. */
  readonly batches: Batches;
  readonly batchSize: number;
  /** Windows of an update. */
  readonly accumulation: number;
  readonly tokenizer: Tokenizer;
  /** The steps, from 1, among which the batch with the highest loss is looked for. */
  readonly from: number;
  readonly to: number;
}

/** The rows that are shown of a batch. */
const ROWS = 3;
/** Tokens of each row that are read before a window, at least, to find its state. */
const RUN_UP = 64;
/** The most steps of a program: longer ones take long to compile. */
const STEPS = 32;

/**
 * Finds the batch of some steps of a training on which a model has the highest loss, with its text. What a step read is a function of the
 * config, so that it is read again; no parameter changes. The state before a window is that after the tokens before it, at least 64 in each
 * row, as far as they belong to the epoch.
 */
export async function findWorstBatch(options: SpikeBatchOptions): Promise<ScoredBatch> {
  const { batches, accumulation, tokenizer, from, to } = options;
  const score = createWindowScorer(options);
  const stepsPerEpoch = Math.ceil(batches.windows / accumulation);
  let worst: { batch: Omit<ScoredBatch, 'rows'>; rows: RowLosses[] } | undefined;
  for (let step = from; step <= to; step++) {
    const epoch = Math.floor((step - 1) / stepsPerEpoch) + 1;
    const inEpoch = batchesOfEpoch(batches, epoch);
    const first = ((step - 1) % stepsPerEpoch) * accumulation;
    const rows: RowLosses[] = [];
    for (let window = first; window < Math.min(first + accumulation, inEpoch.windows); window++)
      rows.push(...(await score(inEpoch, window, window === first && step === from)));
    const predictions = rows.reduce((sum, { losses }) => sum + losses.length, 0);
    const natsPerToken = rows.reduce((sum, { losses }) => sum + sumOf(losses), 0) / predictions;
    if (worst === undefined || natsPerToken > worst.batch.natsPerToken) worst = { batch: { step, epoch, natsPerToken }, rows };
    await nextTurn();
  }
  const { batch, rows } = worst!;
  const ranked = rows.toSorted((a, b) => meanOf(b.losses) - meanOf(a.losses)).slice(0, ROWS);
  return { ...batch, rows: ranked.map((row) => described(row, tokenizer)) };
}

/** The targets of a row of a window that count, and their losses. */
interface RowLosses {
  readonly row: number;
  readonly targets: readonly number[];
  readonly losses: readonly number[];
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const meanOf = (values: readonly number[]) => sumOf(values) / values.length;

function described({ row, targets, losses }: RowLosses, tokenizer: Tokenizer): ScoredRow {
  const decoder = tokenizer.createDecoder();
  const pieces = targets.map((id) => decoder.push(id));
  const nats = Math.max(...losses);
  return { row, natsPerToken: meanOf(losses), text: pieces.join(''), worst: { token: pieces[losses.indexOf(nats)]!, nats } };
}

/**
 * Makes the function that scores a window: with `begins` after a run-up, else after the window before it, which was the last one that was
 * scored, or the last one of the epoch before.
 */
function createWindowScorer({ engine, network, batches, batchSize: B }: SpikeBatchOptions) {
  const state = createCarriedState(engine, network.options, B);
  const longest = Math.max(batches.sequenceLength, ...(batches.lengths ?? []));
  const arrays = {
    tokens: new Int32Array(longest * B),
    targets: new Int32Array(longest * B),
    weights: new Float32Array(longest * B),
    keep: new Float32Array(longest * B),
  };
  const programs = new Map<number, Program>();
  const programOf = (steps: number) => {
    const known = programs.get(steps);
    if (known) return known;
    const size = { batchSize: B, sequenceLength: steps, shards: 1, resets: batches.resets };
    const program = scoringProgram(network, engine, size, state);
    programs.set(steps, program);
    return program;
  };
  const lengthOf = (inEpoch: Batches, window: number) => inEpoch.lengthOf?.(window) ?? inEpoch.sequenceLength;

  async function read(inEpoch: Batches, window: number): Promise<RowLosses[]> {
    const rows = Array.from({ length: B }, (_, row) => ({ row, targets: [] as number[], losses: [] as number[] }));
    if (window === 0 || inEpoch.beginsSequences?.(window)) state.reset();
    const T = lengthOf(inEpoch, window);
    const { tokens, targets, weights, keep } = arrays;
    inEpoch.fill(
      window,
      [tokens.subarray(0, T * B)],
      [targets.subarray(0, T * B)],
      [weights.subarray(0, T * B)],
      batches.resets ? [keep.subarray(0, T * B)] : undefined,
    );
    for (let start = 0; start < T; start += STEPS) {
      const steps = Math.min(STEPS, T - start);
      const { inputs, outputs, run } = programOf(steps);
      const part = (values: Int32Array | Float32Array) => values.subarray(start * B, (start + steps) * B);
      inputs.tokens![0]!.set(part(tokens));
      inputs.targets![0]!.set(part(targets));
      if (inputs.keep) inputs.keep[0]!.set(part(keep));
      await run();
      state.carry();
      const losses = outputs.loss![0]!;
      for (let i = 0; i < steps * B; i++) {
        if (weights[start * B + i] === 0) continue;
        rows[i % B]!.targets.push(targets[start * B + i]!);
        rows[i % B]!.losses.push(losses[i]!);
      }
    }
    return rows.filter(({ losses }) => losses.length > 0);
  }

  return async (inEpoch: Batches, window: number, begins: boolean): Promise<RowLosses[]> => {
    if (begins) {
      state.reset();
      let first = window;
      for (let tokens = 0; first > 0 && tokens < RUN_UP && !inEpoch.beginsSequences?.(first); first--)
        tokens += lengthOf(inEpoch, first - 1);
      for (let before = first; before < window; before++) await read(inEpoch, before);
    }
    return read(inEpoch, window);
  };
}
