import { createCarriedState } from '../model/carried-state.js';
import { scoringProgram } from '../model/window-programs.js';
import { tokenSource } from '../text/batches.js';
import { checkFinite, type OnLosses, type PerplexityOptions, predictionsOf } from './perplexity.js';

export interface Windows {
  /** Predictions of a window, M. */
  readonly length: number;
  /** S: the distance between the beginnings of adjacent windows, at most M. */
  readonly stride: number;
}

/** Windows that are computed in parallel, and steps of one run. */
const BATCH = 32;
const STEPS = 32;

/**
 * The nats of each token but the first with independent windows, as for models of limited context: each window begins with an empty state,
 * and only its last S predictions count; the M - S before them are context. The first window counts all of its predictions, so that every
 * token but the first is counted exactly once. A recurrent network scores worse this way, because it loses what it read before the window.
 *
 * Losses come in order, those of a batch of windows at once.
 *
 * @throws UserError as `scoreText` does
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
      // After the end of its window or of the text, a row computes with leftover tokens; these results are not used.
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
