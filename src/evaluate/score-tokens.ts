import type { Engine, Program } from '../engine/engine.js';
import { checkNumber, checkSignal, countRange } from '../foundation/arguments.js';
import { type Abortable, nextTurn } from '../foundation/next-turn.js';
import { type CarriedState, createCarriedState } from '../model/carried-state.js';
import { programPool, withPooled } from '../model/program-pool.js';
import { type Network, scoringProgram } from '../model/window-programs.js';
import { checkedTokenSource, type TokenSource } from '../text/batches.js';
import { windowInputs } from './window-inputs.js';

export interface ScoringOptions extends Abortable {
  readonly model: Network;
  /** The engine; for an exported network it provides the memory of the state and must have one shard. */
  readonly engine: Engine;
  /** N token ids: N - 1 are predicted, because the first has no token before it. */
  readonly tokens: Int32Array | TokenSource;
  /** Predictions of one run, which affects only the last bits. Default 32: longer windows are no faster, and take long to compile. */
  readonly sequenceLength?: number | undefined;
  /** The state before the first token, all of its parts (`Architecture.states`) one after another. Default: zero. */
  readonly state?: Float32Array | undefined;
  /**
   * Takes the scores of the next tokens: `losses[0 .. count)` are the nats of tokens start + 1 to start + count. The array is overwritten
   * in each window.
   */
  onWindow(losses: Float32Array, start: number, count: number): void | Promise<void>;
}

/**
 * Scores a text as one stream: the hidden state is carried from the first token to the last, and each token but the first is predicted
 * exactly once. At documents' ends that reset the state, it is reset before the end token is read.
 */
export async function scoreTokens(options: ScoringOptions): Promise<void> {
  const { model, engine, tokens, sequenceLength = 32, onWindow, signal } = options;
  checkSignal(signal);
  checkNumber('sequenceLength', sequenceLength, countRange);
  const source = checkedTokenSource(tokens, model.options.vocabularySize);
  const predictions = source.length - 1;
  if (predictions < 1) return;
  const T = Math.min(sequenceLength, predictions);
  const resets = source.readDocumentEnds !== undefined;
  // One stream is one row. An engine of several shards has one in each shard; results beyond the first are ignored.
  const batchSize = engine.shards;
  const make = (): Scorer => {
    const state = createCarriedState(engine, model.options, batchSize);
    const program = scoringProgram(model, engine, { batchSize, sequenceLength: T, shards: engine.shards, resets }, state);
    return { state, program, fill: windowInputs(program, T) };
  };
  const pool = programPool<Scorer>(engine, model, `scorer ${T} ${resets}`);
  await withPooled(pool, make, async ({ state, program, fill }) => {
    state.reset();
    if (options.state) state.loadRow(0, options.state);
    program.parametersChanged();
    const losses = program.outputs.loss![0] as Float32Array;
    for (let start = 0; start < predictions; start += T) {
      // An incomplete last window still contains tokens of the previous one; results after them are not used.
      const count = fill(source, start);
      await program.run();
      state.carry();
      await onWindow(losses, start, count);
      await nextTurn(signal);
    }
  });
}

/** The program that scores windows, and the state that it carries between them. */
interface Scorer {
  readonly state: CarriedState;
  readonly program: Program;
  readonly fill: ReturnType<typeof windowInputs>;
}
