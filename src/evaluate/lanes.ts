import type { Engine } from '../engine/engine.js';
import { createCarriedState } from '../model/carried-state.js';
import { type Network, scoringProgram } from '../model/window-programs.js';
import type { TokenSource } from '../text/batches.js';

/** Several places of one text that are read side by side, each with a state of its own. */
export interface Lanes {
  readonly count: number;
  /** Tokens that each lane reads in one run. */
  readonly steps: number;
  /** Numbers of one lane's state. */
  readonly stateLength: number;
  /** Reads on: lane i predicts the tokens starts[i] + 1 to starts[i] + steps, which must be there. */
  run(starts: ArrayLike<number>): Promise<void>;
  /** Copies what the last run gave for one lane, [steps], to `target` from `offset` on. */
  losses(lane: number, target: Float32Array, offset: number): void;
  /** Copies the state of a lane, [stateLength], out and in. */
  save(lane: number, target: Float32Array, offset: number): void;
  load(lane: number, source: Float32Array, offset: number): void;
}

/** @param count a multiple of the engine's shards. All states are zero. */
export function createLanes(model: Network, engine: Engine, source: TokenSource, count: number, steps: number): Lanes {
  const { shards } = engine;
  const rows = count / shards;
  const H = model.options.hiddenSize;
  const state = createCarriedState(engine, model.options, count);
  const program = scoringProgram(model, engine, { batchSize: count, sequenceLength: steps, shards }, state);
  const inputs = program.inputs.tokens as readonly Int32Array[];
  const targets = program.inputs.targets as readonly Int32Array[];
  const outputs = program.outputs.loss as readonly Float32Array[];
  const parts = Object.values(state.inputs) as readonly (readonly Float32Array[])[];
  const chunk = new Int32Array(steps + 1);
  const shardOf = (lane: number) => Math.floor(lane / rows);

  return {
    count,
    steps,
    stateLength: parts.length * H,
    async run(starts) {
      for (let lane = 0; lane < count; lane++) {
        source.read(starts[lane]!, chunk, steps + 1);
        const [input, target] = [inputs[shardOf(lane)]!, targets[shardOf(lane)]!];
        for (let t = 0, i = lane % rows; t < steps; t++, i += rows) {
          input[i] = chunk[t]!;
          target[i] = chunk[t + 1]!;
        }
      }
      await program.run();
      state.carry();
    },
    losses(lane, target, offset) {
      const output = outputs[shardOf(lane)]!;
      for (let t = 0, i = lane % rows; t < steps; t++, i += rows) target[offset + t] = output[i]!;
    },
    save(lane, target, offset) {
      const from = (lane % rows) * H;
      parts.forEach((part, i) => {
        target.set(part[shardOf(lane)]!.subarray(from, from + H), offset + i * H);
      });
    },
    load(lane, source, offset) {
      const to = (lane % rows) * H;
      parts.forEach((part, i) => {
        part[shardOf(lane)]!.set(source.subarray(offset + i * H, offset + (i + 1) * H), to);
      });
    },
  };
}
