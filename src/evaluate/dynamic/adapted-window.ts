import type { Engine } from '../../engine/engine.js';
import { createCarriedState } from '../../model/carried-state.js';
import { adaptationGraph } from '../../model/language-model.js';
import { parameterBindings } from '../../model/parameter-table.js';
import type { TokenSource } from '../../text/batches.js';
import type { ScoredModel } from '../score-tokens.js';

/** The program that predicts a window and has its gradients, on parameters of its own. */
export interface AdaptedWindow {
  readonly length: number;
  readonly state: { reset(): void };
  /** Arenas of the parameters' layout. */
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  /** [T]: nats of each prediction of the window that was run. */
  readonly losses: Float32Array;
  /** Reads tokens from `start` on, and moves the state on. @returns the predictions, T or what is left of the text. */
  run(tokens: TokenSource, start: number): Promise<number>;
  parametersChanged(): void;
}

/** @param T predictions of a window. The model is copied, not touched. */
export function createAdaptedWindow(engine: Engine, { options, table, arena }: ScoredModel, T: number): AdaptedWindow {
  if (engine.shards !== 1) throw new Error(`dynamic evaluation is done on one shard, not ${engine.shards}`);
  const parameters = engine.allocateFloats(arena.length);
  const gradients = engine.allocateFloats(arena.length);
  parameters.set(arena);
  const state = createCarriedState(engine, options, 1);
  const program = engine.compile(adaptationGraph(options, { batchSize: 1, sequenceLength: T, shards: 1 }), {
    inputs: { ...parameterBindings(table, parameters), ...state.inputs },
    outputs: { ...parameterBindings(table, gradients, 'gradient.'), ...state.outputs },
  });
  const inputs = program.inputs as Record<string, readonly Float32Array[]>;
  const chunk = new Int32Array(T + 1);
  return {
    length: T,
    state,
    parameters,
    gradients,
    losses: program.outputs.losses![0] as Float32Array,
    async run(tokens, start) {
      const count = Math.min(T, tokens.length - 1 - start);
      tokens.read(start, chunk, count + 1);
      for (let t = 0; t < T; t++) {
        // After the end of the text nothing counts.
        inputs.tokens![0]![t] = t < count ? chunk[t]! : 0;
        inputs.targets![0]![t] = t < count ? chunk[t + 1]! : 0;
        inputs.weights![0]![t] = t < count ? 1 : 0;
      }
      inputs.inverseCount![0]![0] = 1 / count;
      await program.run();
      state.carry();
      return count;
    },
    parametersChanged: () => program.parametersChanged(),
  };
}
