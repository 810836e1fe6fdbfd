import type { Engine } from '../engine/engine.js';
import { UserError } from '../foundation/errors.js';
import { unrolledLayers } from '../model/architecture.js';
import { createCarriedState } from '../model/carried-state.js';
import { trainingGraph } from '../model/graphs.js';
import { bufferBindings, gradientBindings, type ParameterTable, parameterBindings } from '../model/parameter-table.js';
import type { ModelOptions } from '../model/specification.js';
import type { Batches } from '../text/batches.js';

/** The compiled step: forward, loss, and back-propagation through time. */
export interface TrainingProgram {
  /** Gradients of the last step, [table.trainedLength], laid out as the parameters are. */
  readonly gradients: Float32Array;
  /** The hidden state, each part one array for each shard. */
  readonly state: Readonly<Record<string, readonly Float32Array[]>>;
  /**
   * Computes loss and gradients of one window, and moves the state and the buffers on. `step` is what dropout masks are drawn for.
   * @returns the mean loss in nats over the window's tokens, how many those are, and the weighted terms of the objective besides
   */
  run(window: number, step: number): Promise<{ loss: number; tokens: number; terms: Readonly<Record<string, number>> }>;
  resetState(): void;
  parametersChanged(): void;
}

interface TrainingProgramOptions {
  engine: Engine;
  model: ModelOptions;
  table: ParameterTable;
  /** Names of the parameters that are not trained; those of the table. */
  frozen: ReadonlySet<string>;
  /** [table.arenaLength] */
  parameters: Float32Array;
  batches: Batches;
  batchSize: number;
  seed: number;
  /** Weights of the objective's terms, by name. Default none. */
  objective?: Readonly<Record<string, number>>;
}

const NO_TERMS = {};

/** @throws UserError `usage` when a window of the unrolled network is more than the engine compiles */
export function createTrainingProgram(options: TrainingProgramOptions): TrainingProgram {
  const { engine, model, table, frozen, parameters, batches, batchSize, seed, objective } = options;
  const { sequenceLength, resets } = batches;
  checkWindow(engine, model, sequenceLength);
  const gradients = engine.allocateFloats(table.trainedLength);
  const buffers = parameters.subarray(table.trainedLength, table.changedLength);
  const nextBuffers = engine.allocateFloats(buffers.length);
  const graph = trainingGraph(model, { batchSize, sequenceLength, shards: engine.shards, resets }, { seed, objective, frozen });
  const state = createCarriedState(engine, model, batchSize);
  const program = engine.compile(graph, {
    inputs: { ...parameterBindings(table, parameters), ...state.inputs },
    outputs: { ...gradientBindings(table, gradients), ...bufferBindings(table, nextBuffers), ...state.outputs },
  });
  const { tokens, targets, weights, keep, inverseCount, step: stepInput } = program.inputs;
  const lossOutput = program.outputs.loss![0]!;
  const prefix = 'objective.';
  const termOutputs = Object.entries(program.outputs).flatMap(([name, [value]]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), value!] as const] : [],
  );

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
      // A buffer that no layer updates stays as it is.
      nextBuffers.set(buffers);
      await program.run();
      state.carry();
      buffers.set(nextBuffers);
      const terms =
        termOutputs.length === 0 ? NO_TERMS : Object.fromEntries(termOutputs.map(([name, value]) => [name, value[0]!]));
      return { loss: lossOutput[0]!, tokens: counted, terms };
    },
    resetState: () => state.reset(),
    parametersChanged: () => program.parametersChanged(),
  };
}

/**
 * Programs are unrolled over the window, so that their size, and the time until training begins, grow with its length.
 * @throws UserError `usage` with the longest window that the engine compiles for this model
 */
function checkWindow({ name, maximumUnrolledSteps: most }: Engine, model: ModelOptions, sequenceLength: number): void {
  const layers = unrolledLayers(model);
  if (sequenceLength * layers <= most) return;
  const longest = Math.floor(most / layers);
  const otherwise = longest === 0 ? 'make model.layers smaller' : `set training.sequenceLength to at most ${longest}`;
  const elsewhere = name === 'typed-array' ? '' : '; with engine.type typed-array it may be longer';
  throw new UserError(
    'usage',
    `training.sequenceLength ${sequenceLength} with ${layers === 1 ? 'one recurrent layer' : `${layers} recurrent layers`} is ${sequenceLength * layers} steps of a layer in a window; ` +
      `the ${name} engine compiles at most ${most}: ${otherwise}${elsewhere}`,
  );
}
