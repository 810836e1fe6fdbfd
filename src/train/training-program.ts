import type { Engine } from '../engine/engine.js';
import { createCarriedState } from '../model/carried-state.js';
import { trainingGraph } from '../model/language-model.js';
import { type ModelOptions, type ParameterTable, parameterBindings } from '../model/parameter-table.js';
import type { Batches } from '../text/batches.js';

/** The compiled step: forward, loss, and back-propagation through time. */
export interface TrainingProgram {
  /** Gradients of the last step, laid out as the parameters are. */
  readonly gradients: Float32Array;
  /** The hidden state, each part one array for each shard. */
  readonly state: Readonly<Record<string, readonly Float32Array[]>>;
  /**
   * Computes loss and gradients of one window, and moves the state on. `step` is what dropout masks are drawn for.
   * @returns the mean loss in nats over the window's tokens, and how many those are
   */
  run(window: number, step: number): Promise<{ loss: number; tokens: number }>;
  resetState(): void;
  parametersChanged(): void;
}

interface TrainingProgramOptions {
  engine: Engine;
  model: ModelOptions;
  table: ParameterTable;
  parameters: Float32Array;
  batches: Batches;
  batchSize: number;
  sequenceLength: number;
  seed: number;
}

export function createTrainingProgram(options: TrainingProgramOptions): TrainingProgram {
  const { engine, model, table, parameters, batches, batchSize, sequenceLength, seed } = options;
  const gradients = engine.allocateFloats(table.arenaLength);
  const graph = trainingGraph(model, { batchSize, sequenceLength, shards: engine.shards, resets: batches.resets }, seed);
  const state = createCarriedState(engine, model, batchSize);
  const program = engine.compile(graph, {
    inputs: { ...parameterBindings(table, parameters), ...state.inputs },
    outputs: { ...parameterBindings(table, gradients, 'gradient.'), ...state.outputs },
  });
  const { tokens, targets, weights, keep, inverseCount, step: stepInput } = program.inputs;
  const lossOutput = program.outputs.loss![0]!;

  return {
    gradients,
    state: state.inputs as TrainingProgram['state'],
    async run(window, step) {
      const counted = batches.fill(
        window,
        tokens as Int32Array[],
        targets as Int32Array[],
        weights as Float32Array[],
        keep as Float32Array[],
      );
      inverseCount![0]![0] = 1 / counted;
      if (stepInput) stepInput[0]![0] = step;
      await program.run();
      state.carry();
      return { loss: lossOutput[0]!, tokens: counted };
    },
    resetState: () => state.reset(),
    parametersChanged: () => program.parametersChanged(),
  };
}
