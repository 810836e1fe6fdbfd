import type { Engine, Program } from '../engine/engine.js';
import { checkSignal } from '../foundation/arguments.js';
import { UserError } from '../foundation/errors.js';
import { type Abortable, nextTurn } from '../foundation/next-turn.js';
import { logSumExpOf } from '../foundation/special-functions.js';
import { createCarriedState } from '../model/carried-state.js';
import { type Network, predictionProgram, readingProgram } from '../model/window-programs.js';
import { checkedTokenSource, type TokenSource } from '../text/batches.js';
import { reversedSource } from '../text/reversed-source.js';
import { checkFinite, type Perplexity, perplexityFrom } from './perplexity.js';

export interface BothContextsOptions extends Abortable {
  /** The stacks of a bidirectional model. */
  readonly forward: Network;
  readonly backward: Network;
  /** Of one shard. */
  readonly engine: Engine;
  /** N token ids, in the order of the text. */
  readonly tokens: Int32Array | TokenSource;
  onProgress?(done: number, total: number): void | Promise<void>;
}

/** Predictions of one run. */
const STEPS = 32;

/**
 * The pseudo-perplexity of a bidirectional model: exp of the mean of -ln p(w | everything before and after it), over all tokens but the
 * first and the last one, which one of the directions does not predict. p is the normalized geometric mean of both directions'
 * distributions, a logarithmic opinion pool (Heskes 1998, "Selecting weighting factors in logarithmic opinion pools"):
 *
 *     p(w) = sqrt(p_forward(w) p_backward(w)) / sum over v of sqrt(p_forward(v) p_backward(v))
 *
 * The sum is at most 1, so the result is never above the geometric mean of both directions' perplexities. Without the root, what both
 * directions know, such as how frequent a token is, would count twice.
 *
 * Each token is counted once, and both contexts are complete: each direction reads the text as one stream. It is no perplexity: the product
 * of these probabilities is not a distribution of texts (Salazar et al. 2020, "Masked language model scoring"). The memory is that of a
 * state for every 32 tokens.
 *
 * @throws UserError `data` for a text of less than three tokens, `model` when a prediction is not a number
 */
export async function evaluateBothContexts(options: BothContextsOptions): Promise<Perplexity> {
  const { forward, backward, engine, onProgress, signal } = options;
  checkSignal(signal);
  const source = checkedTokenSource(options.tokens, forward.options.vocabularySize);
  const positions = source.length - 2;
  if (positions < 1)
    throw new UserError('data', `the text has ${source.length} tokens, and less than 3 have none with a context on both sides`);
  const T = Math.min(STEPS, positions);
  const windows = Math.ceil(positions / T);
  const lengthOf = (window: number) => Math.min(T, positions - window * T);
  const before = createReader(forward, engine, source);
  const after = createReader(backward, engine, reversedSource(source));
  // Window w has the tokens 1 + w T to w T + length. The backward stack predicts them last to first, from the last window to the first one.
  const startBehind = (window: number) => positions - window * T - lengthOf(window);
  const states = new Array<Float32Array>(windows);
  for (let window = windows - 1; window >= 0; window--) {
    states[window] = after.saveState();
    await after.read(startBehind(window), lengthOf(window), 'nothing');
    await nextTurn(signal);
  }
  const targets = new Int32Array(T);
  const losses = new Float32Array(T);
  const V = forward.options.vocabularySize;
  const both = new Float32Array(V);
  let nats = 0;
  for (let window = 0; window < windows; window++) {
    const count = lengthOf(window);
    const ahead = await before.read(window * T, count, 'logits');
    after.loadState(states[window]!);
    const behind = await after.read(startBehind(window), count, 'logits');
    source.read(window * T + 1, targets, count);
    for (let t = 0; t < count; t++) {
      const [first, second] = [t * V, (count - 1 - t) * V];
      for (let v = 0; v < V; v++) both[v] = (ahead[first + v]! + behind[second + v]!) / 2;
      losses[t] = logSumExpOf(both) - both[targets[t]!]!;
      nats += losses[t]!;
    }
    checkFinite(losses, window * T, count, forward);
    await onProgress?.(window * T + count, positions);
    await nextTurn(signal);
  }
  return perplexityFrom(nats, positions);
}

/** Reads windows of one stream of a text, with the state carried from each to the next. */
function createReader(network: Network, engine: Engine, source: TokenSource) {
  const { options } = network;
  const state = createCarriedState(engine, options, 1);
  const resets = source.readDocumentEnds !== undefined;
  const programs = new Map<string, Program>();
  const programFor = (sequenceLength: number, wanted: 'logits' | 'nothing') => {
    const key = `${sequenceLength} ${wanted}`;
    const create = wanted === 'logits' ? predictionProgram : readingProgram;
    const program = programs.get(key) ?? create(network, engine, { batchSize: 1, sequenceLength, shards: 1, resets }, state);
    programs.set(key, program);
    return program;
  };
  return {
    /** Reads tokens; returns `logits` [count, V] of the token after each, or an empty array. */
    async read(start: number, count: number, wanted: 'logits' | 'nothing'): Promise<Float32Array> {
      const program = programFor(count, wanted);
      source.read(start, program.inputs.tokens![0] as Int32Array, count);
      const keep = program.inputs.keep?.[0];
      if (keep) {
        const ends = new Uint8Array(count);
        source.readDocumentEnds!(start, ends, count);
        for (let t = 0; t < count; t++) keep[t] = 1 - ends[t]!;
      }
      await program.run();
      state.carry();
      return wanted === 'logits' ? (program.outputs.logits![0] as Float32Array) : new Float32Array(0);
    },
    saveState() {
      const saved = new Float32Array(state.rowLength);
      state.saveRow(0, saved);
      return saved;
    },
    loadState: (saved: Float32Array) => state.loadRow(0, saved),
  };
}
