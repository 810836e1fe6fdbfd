import { checkOneShard, type Engine, type Program } from '../engine/engine.js';
import { checkNumber, countRange } from '../foundation/arguments.js';
import { nextTurn } from '../foundation/next-turn.js';
import { type CarriedState, createCarriedState } from '../model/carried-state.js';
import { observationGraph } from '../model/observation-graph.js';
import { parameterBindings } from '../model/parameter-table.js';
import { programPool, withPooled } from '../model/program-pool.js';
import type { ParameterNetwork } from '../model/window-programs.js';
import { type Batches, checkedTokenSource, createBatches, type TokenSource } from '../text/batches.js';

/** What a model computed in one window of a text. */
export interface ObservedWindow {
  /** T*B, rows of the values, time-major. */
  readonly rows: number;
  /** The position in the text of the token that each row reads, or -1 where the text of the row has ended, [T*B]. */
  readonly positions: Int32Array;
  /** The values of a tap that was asked for, [T*B, columns]. They change with the next window. */
  values(tap: string): Float32Array;
}

/** Collects statistics of tapped values, window by window, in memory that does not depend on the length of the text. */
export interface TextObserver<R> {
  /** Names of the taps that it reads. */
  readonly taps: readonly string[];
  add(window: ObservedWindow): void;
  /** The statistics of all windows so far. */
  result(): R;
}

export interface TextObservation {
  readonly network: ParameterNetwork;
  /** Of one shard. */
  readonly engine: Engine;
  /** N tokens, in the order in which the model reads. All but the last are read: a text is laid out as for training. */
  readonly tokens: Int32Array | TokenSource;
  /** B: contiguous parts of the text that are read in parallel, each from an empty state; fewer for a text with fewer predictions. */
  readonly batchSize: number;
  /** T: steps of a window. */
  readonly sequenceLength: number;
  /** Reports windows. */
  readonly onProgress?: ((done: number, total: number) => void | Promise<void>) | undefined;
}

/**
 * Reads a text once with a trained model and shows the tapped values of each window to all observers. The state is carried from window to
 * window, and reset where documents end, if the text says so.
 *
 * @throws UserError `usage` for invalid numbers and engines of several shards, `data` for a text of fewer than two tokens or with an id that
 *   is not in the vocabulary; Error for a tap that the model does not have
 */
export async function observeText(
  { network, engine, tokens, batchSize, sequenceLength, onProgress }: TextObservation,
  observers: readonly Pick<TextObserver<unknown>, 'taps' | 'add'>[],
): Promise<void> {
  checkOneShard(engine, 'a model is observed');
  checkNumber('the batch size', batchSize, countRange);
  checkNumber('the steps of a window', sequenceLength, countRange);
  const { options, table, arena } = network;
  const source = checkedTokenSource(tokens, options.vocabularySize);
  const B = Math.max(1, Math.min(batchSize, source.length - 1));
  const batches = createBatches({ tokens: source, batchSize: B, sequenceLength });
  const { sequenceLength: T, resets } = batches;
  const taps = [...new Set(observers.flatMap((observer) => observer.taps))];
  const pool = programPool<ObservingProgram>(engine, network, `observation ${[B, T, resets, ...taps].join(' ')}`);
  const make = (): ObservingProgram => {
    const state = createCarriedState(engine, options, B);
    const graph = () => {
      const window = { batchSize: B, sequenceLength: T, shards: 1, resets };
      const { loss: _, ...rest } = observationGraph(options, window, { states: false, taps });
      return rest;
    };
    const bindings = { inputs: { ...parameterBindings(table, arena), ...state.inputs }, outputs: state.outputs };
    return { state, program: engine.compile(graph, bindings) };
  };
  await withPooled(pool, make, async ({ state, program }) => {
    state.reset();
    program.parametersChanged();
    await readWindows({ batches, batchSize: B, program, state }, observers, onProgress);
  });
}

interface ObservingProgram {
  readonly state: CarriedState;
  readonly program: Program;
}

async function readWindows(
  { batches, batchSize: B, program, state }: ObservingProgram & { readonly batches: Batches; readonly batchSize: number },
  observers: readonly Pick<TextObserver<unknown>, 'add'>[],
  onProgress: TextObservation['onProgress'],
): Promise<void> {
  const { sequenceLength: T, windows, predictions } = batches;
  const inputs = program.inputs.tokens as readonly Int32Array[];
  const keeps = program.inputs.keep as readonly Float32Array[] | undefined;
  const targets = new Int32Array(T * B);
  const weights = new Float32Array(T * B);
  const starts = streamStarts(predictions, B);
  const positions = new Int32Array(T * B);
  const window: ObservedWindow = {
    rows: T * B,
    positions,
    values: (tap) => program.outputs[`tap.${tap}`]![0] as Float32Array,
  };
  for (let w = 0; w < windows; w++) {
    batches.fill(w, inputs, [targets], [weights], keeps);
    for (let row = 0; row < T * B; row++) {
      const place = starts[row % B]! + w * T + Math.floor(row / B);
      positions[row] = weights[row] === 0 ? -1 : place;
    }
    await program.run();
    state.carry();
    for (const observer of observers) observer.add(window);
    await onProgress?.(w + 1, windows);
    await nextTurn();
  }
}

/** Where each of B streams begins in a text of so many predictions, as `createBatches` divides it. */
function streamStarts(predictions: number, B: number): number[] {
  const [shortest, longer] = [Math.floor(predictions / B), predictions % B];
  return Array.from({ length: B }, (_, b) => b * shortest + Math.min(b, longer));
}
