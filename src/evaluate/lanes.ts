import type { Engine, Program } from '../engine/engine.js';
import { type Abortable, nextTurn } from '../foundation/next-turn.js';
import { type CarriedState, createCarriedState } from '../model/carried-state.js';
import { programPool, withPooled } from '../model/program-pool.js';
import { type Network, readingProgram, scoringProgram } from '../model/window-programs.js';
import type { TokenSource } from '../text/batches.js';

/** Several places of one text that are read in parallel, each with its own state. */
export interface Lanes {
  readonly count: number;
  /** Tokens that each lane reads in one run of a program. */
  readonly steps: number;
  /** Numbers in the state of one lane. */
  readonly stateLength: number;
  /** Continues reading: lane i predicts the tokens starts[i] + 1 to starts[i] + steps. Results after the end of the text are undefined. */
  score(starts: ArrayLike<number>): Promise<void>;
  /** Reads the same tokens only to advance the state, which is cheaper. */
  read(starts: ArrayLike<number>): Promise<void>;
  /** Copies the losses of the last `score` for one lane, [steps], to `target` from `offset` on. */
  losses(lane: number, target: Float32Array, offset: number): void;
  /** Copies the state of a lane, [stateLength], to an array or from one. */
  save(lane: number, target: Float32Array, offset: number): void;
  load(lane: number, source: Float32Array, offset: number): void;
}

/** The text, and how many of its places are read, so many tokens at once. */
interface LanePlaces extends Abortable {
  readonly source: TokenSource;
  /** A multiple of the engine's shards. */
  readonly count: number;
  readonly steps: number;
}

interface LanePrograms {
  readonly state: CarriedState;
  readonly scoring: Program;
  readonly reading: Program;
}

/** Provides lanes over a text while `use` runs. All states are zero at first. */
export function withLanes<T>(
  model: Network,
  engine: Engine,
  places: LanePlaces,
  use: (lanes: Lanes) => Promise<T>,
): Promise<T> {
  const { count, steps } = places;
  const pool = programPool<LanePrograms>(engine, model, `lanes ${count} ${steps}`);
  const make = (): LanePrograms => {
    const window = { batchSize: count, sequenceLength: steps, shards: engine.shards };
    const state = createCarriedState(engine, model.options, count);
    return {
      state,
      scoring: scoringProgram(model, engine, window, state),
      reading: readingProgram(model, engine, window, state),
    };
  };
  return withPooled(pool, make, (programs) => {
    programs.state.reset();
    for (const program of [programs.scoring, programs.reading]) program.parametersChanged();
    return use(createLanes(engine, programs, places));
  });
}

function createLanes(engine: Engine, programs: LanePrograms, { source, count, steps, signal }: LanePlaces): Lanes {
  const { shards } = engine;
  const rows = count / shards;
  const { state, scoring, reading } = programs;
  const outputs = scoring.outputs.loss as readonly Float32Array[];
  const chunk = new Int32Array(steps + 1);
  const shardOf = (lane: number) => Math.floor(lane / rows);

  const run = async ({ inputs, run }: Program, starts: ArrayLike<number>) => {
    for (let lane = 0; lane < count; lane++) {
      const start = starts[lane]!;
      const there = Math.min(steps + 1, source.length - start);
      if (there > 0) source.read(start, chunk, there);
      const input = inputs.tokens![shardOf(lane)]!;
      const target = inputs.targets?.[shardOf(lane)];
      for (let t = 0, i = lane % rows; t < steps; t++, i += rows) {
        input[i] = chunk[t]!;
        if (target) target[i] = chunk[t + 1]!;
      }
    }
    await run();
    state.carry();
    await nextTurn(signal);
  };

  return {
    count,
    steps,
    stateLength: state.rowLength,
    score: (starts) => run(scoring, starts),
    read: (starts) => run(reading, starts),
    losses(lane, target, offset) {
      const output = outputs[shardOf(lane)]!;
      for (let t = 0, i = lane % rows; t < steps; t++, i += rows) target[offset + t] = output[i]!;
    },
    save: (lane, target, offset) => state.saveRow(lane, target, offset),
    load: (lane, source, offset) => state.loadRow(lane, source, offset),
  };
}
