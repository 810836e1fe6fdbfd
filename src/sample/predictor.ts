import { checkOneShard, type Engine } from '../engine/engine.js';
import { architectureOf } from '../model/architecture.js';
import { type CarriedState, createCarriedState, type SavedState } from '../model/carried-state.js';
import { programPool, withPooled } from '../model/program-pool.js';
import { type Network, predictionProgram } from '../model/window-programs.js';

/** Reads several texts in parallel, one token of each at a time. Rows are independent: nothing is padded or masked. */
export interface Predictor {
  readonly rows: number;
  /** The token that each row reads next, [rows]. */
  readonly tokens: Int32Array;
  /** For each row, the logits of the next token, [V]. */
  readonly logits: readonly Float32Array[];
  /** The hidden state of all rows. */
  readonly state: CarriedState;
  /** Reads the token of each row. */
  advance(): void | Promise<void>;
  /** Sets a row to the state before the first token. */
  resetRow(row: number): void;
  saveRow(row: number): SavedState;
  /** As `saveRow`, but to a state that was saved before. */
  copyRow(row: number, saved: SavedState): void;
  restoreRow(row: number, saved: SavedState): void;
  /** Must be called when the model's parameters may have changed. */
  parametersChanged(): void;
}

/** Provides an idle predictor of the model with its current parameters while `use` runs. The states of its rows are undefined at first. */
export function withPredictor<T>(
  model: Network,
  engine: Engine,
  rows: number,
  use: (predictor: Predictor) => Promise<T>,
): Promise<T> {
  const pool = programPool<Predictor>(engine, model, `predictor ${rows}`);
  const make = () => createPredictor(model, engine, rows);
  return withPooled(pool, make, (predictor) => {
    predictor.parametersChanged();
    return use(predictor);
  });
}

/** @param engine an engine of one shard, which computes all rows */
export function createPredictor(model: Network, engine: Engine, rows: number): Predictor {
  checkOneShard(engine, 'text is generated');
  const { options } = model;
  const state = createCarriedState(engine, options, rows);
  const program = predictionProgram(model, engine, { batchSize: rows, sequenceLength: 1, shards: 1 }, state);
  const all = program.outputs.logits![0] as Float32Array;
  const V = options.vocabularySize;
  /** For each row, the parts of its state. */
  const parts = Array.from({ length: rows }, (_, row) =>
    architectureOf(options).states.map(({ name, columns }) => {
      const whole = state.inputs[name]![0] as Float32Array;
      return whole.subarray(row * columns, (row + 1) * columns);
    }),
  );
  return {
    rows,
    tokens: program.inputs.tokens![0] as Int32Array,
    logits: Array.from({ length: rows }, (_, row) => all.subarray(row * V, (row + 1) * V)),
    state,
    advance() {
      const running = program.run();
      return running instanceof Promise ? running.then(state.carry) : state.carry();
    },
    resetRow(row) {
      for (const part of parts[row]!) part.fill(0);
    },
    saveRow: (row) => parts[row]!.map((part) => Float32Array.from(part)),
    copyRow(row, saved) {
      for (const [i, part] of parts[row]!.entries()) saved[i]!.set(part);
    },
    restoreRow(row, saved) {
      for (const [i, part] of parts[row]!.entries()) part.set(saved[i]!);
    },
    parametersChanged: () => program.parametersChanged(),
  };
}
