import type { Program } from '../engine/engine.js';
import { checkSignal } from '../foundation/arguments.js';
import { nextTurn } from '../foundation/next-turn.js';
import { type CarriedState, createCarriedState } from '../model/carried-state.js';
import { programPool, withPooled } from '../model/program-pool.js';
import { scoringProgram } from '../model/window-programs.js';
import { checkedTokenSource } from '../text/batches.js';
import type { Sequences } from '../text/sequences.js';
import type { ScoringOptions } from './score-tokens.js';

/** Documents that are read in parallel, and steps of one run. */
const ROWS = 32;
const STEPS = 32;
/** The most logits of a run: rows x steps x vocabulary. */
const LOGITS = 8388608;
/** Predictions whose losses are in memory; at least one document. */
const SEGMENT = 65_536;
/** A text with a longer document is read as one stream: it would be alone in its batch. */
const LONGEST = 4096;

interface DocumentOptions extends Omit<ScoringOptions, 'sequenceLength' | 'state'> {
  readonly sequences: Sequences;
}

/** Whether reading the sequences of a text in parallel saves time. */
export function areShort({ count, lengthOf }: Sequences): boolean {
  for (let sequence = 0; sequence < count; sequence++) if (lengthOf(sequence) > LONGEST) return false;
  return count > 1;
}

/**
 * Scores a text whose state is reset where documents end: each document is read from a zero state, many in parallel. The result is that of
 * `scoreTokens` up to rounding. Documents of similar length are read together, within segments of the text, so that losses come in order.
 */
export async function scoreDocuments(options: DocumentOptions): Promise<void> {
  const { model, engine, tokens, sequences, onWindow, signal } = options;
  checkSignal(signal);
  const source = checkedTokenSource(tokens, model.options.vocabularySize);
  const { count, place, lengthOf } = sequences;
  const { shards } = engine;
  const { vocabularySize: V } = model.options;
  const most = Math.max(1, Math.min(ROWS, count, Math.floor(LOGITS / (STEPS * V))));
  const batchSize = Math.ceil(most / shards) * shards;
  const rows = batchSize / shards;
  let longest = 0;
  for (let sequence = 0; sequence < count; sequence++) longest = Math.max(longest, lengthOf(sequence));
  const T = Math.min(STEPS, longest);
  const make = (): { state: CarriedState; program: Program } => {
    const state = createCarriedState(engine, model.options, batchSize);
    return { state, program: scoringProgram(model, engine, { batchSize, sequenceLength: T, shards }, state) };
  };
  const pool = programPool<ReturnType<typeof make>>(engine, model, `documents ${batchSize} ${T}`);
  await withPooled(pool, make, async ({ state, program }) => {
    program.parametersChanged();
    const inputs = program.inputs.tokens as readonly Int32Array[];
    const targets = program.inputs.targets as readonly Int32Array[];
    const outputs = program.outputs.loss as readonly Float32Array[];
    const chunk = new Int32Array(T + 1);
    for (let first = 0, end = 0; first < count; first = end) {
      const begin = place(first);
      for (end = first + 1; end < count && place(end + 1) - begin <= SEGMENT; ) end++;
      const losses = new Float32Array(place(end) - begin);
      const order = Array.from({ length: end - first }, (_, i) => first + i).sort((a, b) => lengthOf(b) - lengthOf(a));
      for (let start = 0; start < order.length; start += batchSize) {
        const batch = order.slice(start, start + batchSize);
        state.reset();
        for (let step = 0; step < lengthOf(batch[0]!); step += T) {
          // After the end of its document, a row computes with leftover tokens; these results are not used.
          const countOf = (document: number) => Math.max(0, Math.min(T, lengthOf(document) - step));
          for (const [row, document] of batch.entries()) {
            const present = countOf(document);
            if (present > 0) source.read(place(document) + step, chunk, present + 1);
            const [input, target] = [inputs[Math.floor(row / rows)]!, targets[Math.floor(row / rows)]!];
            for (let t = 0, i = row % rows; t < present; t++, i += rows) {
              input[i] = chunk[t]!;
              target[i] = chunk[t + 1]!;
            }
          }
          await program.run();
          state.carry();
          for (const [row, document] of batch.entries()) {
            const output = outputs[Math.floor(row / rows)]!;
            const at = place(document) - begin + step;
            for (let t = 0; t < countOf(document); t++) losses[at + t] = output[t * rows + (row % rows)]!;
          }
        }
        await nextTurn(signal);
      }
      await onWindow(losses, begin, losses.length);
    }
  });
}
