import { createCarriedState } from '../model/carried-state.js';
import { scoringProgram } from '../model/window-programs.js';
import { tokenSource } from '../text/batches.js';
import { checkFinite, type OnLosses, type PerplexityOptions, predictionsOf } from './perplexity.js';

export interface Windows {
  /** Predictions of a window, M. */
  readonly length: number;
  /** Predictions from one window's beginning to the next one's, S: at most M. */
  readonly stride: number;
}

/** Windows that are computed side by side, and steps of one run. */
const BATCH = 32;
const STEPS = 32;

/**
 * The nats of each token but the first as windows give them, the way in which models of limited context are measured: each window
 * begins without a memory, and counts only its last S predictions, the M - S before them being context. The first window counts
 * all of its own, so that every token but the first is counted exactly once. A recurrent network loses by it: what it has read
 * before the window is forgotten.
 *
 * Losses come in order, those of a batch of windows at once.
 *
 * @throws UserError as `scoreText` does.
 */
export async function scoreWindows(
  { length: M, stride: S }: Windows,
  { model, engine, tokens, onProgress }: Omit<PerplexityOptions, 'sequenceLength'>,
  onLosses: OnLosses,
): Promise<void> {
  const predictions = predictionsOf(tokens);
  const source = tokenSource(tokens);
  const windows = 1 + Math.max(0, Math.ceil((predictions - M) / S));
  const rows = Math.ceil(Math.min(BATCH, windows) / engine.shards);
  const batchSize = rows * engine.shards;
  const T = Math.min(STEPS, M, predictions);
  const state = createCarriedState(engine, model.options, batchSize);
  const program = scoringProgram(model, engine, { batchSize, sequenceLength: T, shards: engine.shards }, state);
  const inputs = program.inputs.tokens as readonly Int32Array[];
  const targets = program.inputs.targets as readonly Int32Array[];
  const outputs = program.outputs.loss as readonly Float32Array[];
  const counted = new Float32Array(Math.min(predictions, M + (batchSize - 1) * S));
  const chunk = new Int32Array(T + 1);

  for (let first = 0; first < windows; first += batchSize) {
    state.reset();
    const inBatch = Math.min(batchSize, windows - first);
    const begin = first === 0 ? 0 : first * S + M - S;
    const end = Math.min(predictions, (first + inBatch - 1) * S + M);
    for (let step = 0; step < Math.min(M, predictions); step += T) {
      // What a row lacks, because its window or the text has ended, is computed from what stood there before, and not looked at.
      const countOf = (row: number) => Math.max(0, Math.min(T, M - step, predictions - (first + row) * S - step));
      for (let row = 0; row < inBatch; row++) {
        const count = countOf(row);
        if (count > 0) source.read((first + row) * S + step, chunk, count + 1);
        const shard = Math.floor(row / rows);
        for (let t = 0, i = row % rows; t < count; t++, i += rows) {
          inputs[shard]![i] = chunk[t]!;
          targets[shard]![i] = chunk[t + 1]!;
        }
      }
      await program.run();
      state.carry();
      for (let row = 0; row < inBatch; row++) {
        const window = first + row;
        const losses = outputs[Math.floor(row / rows)]!;
        for (let t = window === 0 ? 0 : Math.max(0, M - S - step); t < countOf(row); t++)
          counted[window * S + step + t - begin] = losses[t * rows + (row % rows)]!;
      }
    }
    checkFinite(counted, begin, end - begin, model);
    onLosses(counted, begin, end - begin);
    await onProgress?.(end, predictions);
  }
}
