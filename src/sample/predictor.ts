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

/**
 * @param engine each of its shards computes an equal part of the rows; the results do not depend on their number
 * @throws UserError `usage` for an engine of several shards among which the rows cannot be divided
 */
export function createPredictor(model: Network, engine: Engine, rows: number): Predictor {
  const { shards } = engine;
  const each = rows / shards;
  if (!Number.isInteger(each)) checkOneShard(engine, 'text is generated');
  const { options } = model;
  const state = createCarriedState(engine, options, rows);
  const program = predictionProgram(model, engine, { batchSize: rows, sequenceLength: 1, shards }, state);
  const V = options.vocabularySize;
  const inputs = program.inputs.tokens as readonly Int32Array[];
  /** Those of the only shard, or a copy for all. */
  const tokens = shards === 1 ? inputs[0]! : new Int32Array(rows);
  const ofRow = (parts: readonly Float32Array[], row: number, columns: number) =>
    parts[Math.floor(row / each)]!.subarray((row % each) * columns, ((row % each) + 1) * columns);
  /** For each row, the parts of its state. */
  const parts = Array.from({ length: rows }, (_, row) =>
    architectureOf(options).states.map(({ name, columns }) =>
      ofRow(state.inputs[name] as readonly Float32Array[], row, columns),
    ),
  );
  return {
    rows,
    tokens,
    logits: Array.from({ length: rows }, (_, row) => ofRow(program.outputs.logits as readonly Float32Array[], row, V)),
    state,
    advance() {
      if (shards > 1)
        for (const [shard, input] of inputs.entries()) input.set(tokens.subarray(shard * each, (shard + 1) * each));
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
