import type { Engine } from '../../engine/engine.js';
import { createCarriedState } from '../../model/carried-state.js';
import { adaptationGraph } from '../../model/graphs.js';
import { gradientBindings, parameterBindings } from '../../model/parameter-table.js';
import type { ParameterNetwork } from '../../model/window-programs.js';
import type { TokenSource } from '../../text/batches.js';
import { windowInputs } from '../window-inputs.js';

/** The program that predicts a window and computes its gradients, with a copy of the parameters. */
export interface AdaptedWindow {
  readonly length: number;
  readonly state: { reset(): void };
  /** The trained parameters and their gradients, [table.trainedLength]. */
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  /** [T]: nats of each prediction of the window that was run. */
  readonly losses: Float32Array;
  /** Reads tokens from `start` on, and advances the state. @returns the number of predictions: T, or fewer at the end of the text */
  run(tokens: TokenSource, start: number): Promise<number>;
  parametersChanged(): void;
}

interface AdaptedWindowOptions {
  readonly engine: Engine;
  /** The model, whose parameters are copied and not changed. */
  readonly model: ParameterNetwork;
  /** T: predictions of a window. */
  readonly length: number;
  /** Whether there are documents at whose ends the state is reset. */
  readonly resets: boolean;
}

/** Compiles the program of a window, with a copy of the parameters and a state of its own. */
export function createAdaptedWindow({ engine, model, length: T, resets }: AdaptedWindowOptions): AdaptedWindow {
  const { options, table, arena } = model;
  const copy = engine.allocateFloats(table.arenaLength);
  const gradients = engine.allocateFloats(table.trainedLength);
  copy.set(arena);
  const state = createCarriedState(engine, options, 1);
  const program = engine.compile(adaptationGraph(options, { batchSize: 1, sequenceLength: T, shards: 1, resets }), {
    inputs: { ...parameterBindings(table, copy), ...state.inputs },
    outputs: { ...gradientBindings(table, gradients), ...state.outputs },
  });
  const { weights, inverseCount } = program.inputs;
  const fill = windowInputs(program, T);
  return {
    length: T,
    state,
    parameters: copy.subarray(0, table.trainedLength),
    gradients,
    losses: program.outputs.losses![0] as Float32Array,
    async run(tokens, start) {
      const count = fill(tokens, start);
      weights![0]!.fill(1, 0, count).fill(0, count);
      inverseCount![0]![0] = 1 / count;
      await program.run();
      state.carry();
      return count;
    },
    parametersChanged: () => program.parametersChanged(),
  };
}
