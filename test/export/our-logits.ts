import type { Engine } from '../../src/engine/engine.js';
import { createCarriedState } from '../../src/model/carried-state.js';
import { predictionGraph } from '../../src/model/graphs.js';
import { parameterBindings } from '../../src/model/parameter-table.js';
import type { OpenedModel } from '../../src/run/open-model.js';

/**
 * What the model computes on an engine of one shard: the logits of windows of tokens (each batch x time) that are read one after the
 * other, the state carried from each to the next. Flat, in the order window, row, time, token.
 */
export async function ourLogits(model: OpenedModel, engine: Engine, windows: readonly number[][][]): Promise<number[]> {
  const V = model.options.vocabularySize;
  const B = windows[0]!.length;
  const state = createCarriedState(engine, model.options, B);
  const all: number[] = [];
  for (const window of windows) {
    const T = window[0]!.length;
    const program = engine.compile(predictionGraph(model.options, { batchSize: B, sequenceLength: T, shards: 1 }), {
      inputs: { ...parameterBindings(model.table, model.arena), ...state.inputs },
      outputs: state.outputs,
    });
    for (let t = 0; t < T; t++) for (let b = 0; b < B; b++) program.inputs.tokens![0]![t * B + b] = window[b]![t]!;
    await program.run();
    const logits = program.outputs.logits![0] as Float32Array;
    for (let b = 0; b < B; b++) for (let t = 0; t < T; t++) all.push(...logits.subarray((t * B + b) * V, (t * B + b + 1) * V));
    state.carry();
  }
  return all;
}
