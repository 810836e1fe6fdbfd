import type { Engine } from '../engine/engine.js';
import { nextTurn } from '../foundation/next-turn.js';
import { architectureOf } from '../model/architecture.js';
import { createCarriedState } from '../model/carried-state.js';
import { hiddenScoringGraph } from '../model/graphs.js';
import { parameterBindings } from '../model/parameter-table.js';
import { directionOf, inReadingOrder } from '../model/stacks.js';
import type { ParameterNetwork } from '../model/window-programs.js';

/** The outputs of a model's last layer at each token, in the order of the text. */
export interface HiddenStates {
  readonly isForward: boolean;
  /** For each token, [H]. */
  readonly rows: readonly Float32Array[];
}

/** Tokens between two turns of the event loop. */
const TOGETHER = 16;

/**
 * Returns a function that reads a text from a zero state, one text at a time.
 * @param before the token that is read before the text
 */
export function createHiddenReader({ options, table, arena }: ParameterNetwork, engine: Engine) {
  const state = createCarriedState(engine, options, 1);
  const H = architectureOf(options).hiddenSize;
  const program = engine.compile(
    () => {
      const { loss: _, ...outputs } = hiddenScoringGraph(options, { batchSize: 1, sequenceLength: 1, shards: 1 });
      return outputs;
    },
    { inputs: { ...parameterBindings(table, arena), ...state.inputs }, outputs: state.outputs },
  );
  const token = program.inputs.tokens![0] as Int32Array;
  const hidden = program.outputs.hidden![0] as Float32Array;
  const isForward = directionOf(options) === 'forward';
  return async (ids: Int32Array, before: number, signal?: AbortSignal): Promise<HiddenStates> => {
    state.reset();
    const rows: Float32Array[] = [];
    for (const id of [before, ...inReadingOrder(options, ids)]) {
      token[0] = id;
      await program.run();
      state.carry();
      rows.push(hidden.slice(0, H));
      if (rows.length % TOGETHER === 0) await nextTurn(signal);
    }
    rows.shift();
    return { isForward, rows: isForward ? rows : rows.reverse() };
  };
}
