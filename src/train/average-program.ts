import type { Engine } from '../engine/engine.js';
import { input } from '../graph/operations/input.js';
import { add, multiply, subtract } from '../graph/operations/pointwise.js';

/** The average of the parameters over the updates, in a separate array. */
export interface ParameterAverage {
  /** The same layout as the parameters. */
  readonly average: Float32Array;
  /**
   * average = average + share (parameters - average), in place. Without a share, or with 1, it becomes a copy of the parameters, bit for
   * bit. Buffers are always copied: they are running statistics already.
   */
  update(share: number | undefined): Promise<void>;
}

/**
 * @param parameters the arena of the parameters, from the engine's memory
 * @param trainedLength floats of the trained parameters, which are at the beginning of the arena; buffers follow them
 */
export function createParameterAverage(engine: Engine, parameters: Float32Array, trainedLength: number): ParameterAverage {
  const columns = trainedLength;
  const average = engine.allocateFloats(parameters.length);
  const [trainedAverage, trainedParameters] = [average, parameters].map((arena) => arena.subarray(0, columns)) as [
    Float32Array,
    Float32Array,
  ];
  const [before, trained] = [input('average', { rows: 1, columns }), input('parameters', { rows: 1, columns })];
  const share = input('share', { rows: 1, columns: 1 });
  const program = engine.compile(
    { average: add(before, multiply(share, subtract(trained, before))) },
    {
      inputs: { average: [trainedAverage], parameters: [trainedParameters] },
      outputs: { average: [trainedAverage] },
    },
  );
  return {
    average,
    async update(newShare = 1) {
      if (newShare === 1) {
        average.set(parameters);
        return;
      }
      program.inputs.share![0]![0] = newShare;
      await program.run();
      average.set(parameters.subarray(columns), columns);
    },
  };
}
