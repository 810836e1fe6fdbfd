import { checkOneShard, type Engine } from '../engine/engine.js';
import { checkNumber, checkSignal, checkTokens, countRange } from '../foundation/arguments.js';
import { type Abortable, nextTurn } from '../foundation/next-turn.js';
import { logSumExpOf } from '../foundation/special-functions.js';
import { architectureOf } from '../model/architecture.js';
import { createCarriedState } from '../model/carried-state.js';
import { parameterBindings } from '../model/parameter-table.js';
import { headGraph } from '../model/step-graph.js';
import { type ParameterNetwork, readingProgram, scoringProgram } from '../model/window-programs.js';
import { predictionsOf } from './perplexity.js';

export interface EffectiveContextOptions extends Abortable {
  /** Of one shard. */
  readonly engine: Engine;
  readonly model: ParameterNetwork;
  readonly tokens: Int32Array;
  /** The longest history, in tokens; less for a text that is not twice as long. */
  readonly longest: number;
  /** How many tokens are predicted, at equal distances in the text; the same tokens for each length of history. */
  readonly positions: number;
  /** Called with the number of predictions made, over all lengths; the measurement waits for its promise. */
  onProgress?(done: number, total: number): void | Promise<void>;
}

export interface EffectiveContext {
  /** Mean loss with histories of 0, 1, 2, 4, ... tokens. */
  readonly losses: readonly { readonly history: number; readonly natsPerToken: number }[];
  /** Tokens that were predicted. */
  readonly positions: number;
  /**
   * The shortest history beyond which no longer one lowers the loss by more than a hundredth; undefined where only the longest satisfies
   * this.
   */
  readonly flattensAt: number | undefined;
}

/** Rows that are computed in parallel. */
const ROWS = 64;

/**
 * How much history a model uses: its loss on the same tokens after reading only so many tokens before each, beginning with an empty state
 * (compare Khandelwal et al. 2018, "Sharp nearby, fuzzy far away"). Without any history the head predicts from zero outputs: a softmax
 * predicts by its bias.
 *
 * @throws UserError `data` for a text of less than two tokens
 */
export async function measureEffectiveContext(options: EffectiveContextOptions): Promise<EffectiveContext> {
  const { engine, model, tokens, onProgress, signal } = options;
  checkSignal(signal);
  checkOneShard(engine, 'context is measured');
  checkTokens('the text', tokens, model.options.vocabularySize);
  checkNumber('longest', options.longest, { from: 0, whole: true });
  checkNumber('positions', options.positions, countRange);
  const histories = historyLengths(Math.min(options.longest, Math.ceil(predictionsOf(tokens) / 2)));
  const longest = histories.at(-1)!;
  const available = tokens.length - longest;
  const positions = Math.min(options.positions, available);
  const targets = Int32Array.from({ length: positions }, (_, i) => longest + Math.floor((i * available) / positions));
  const nats = histories.map(() => 0);
  const predict = await createPredictor(options, Math.min(ROWS, positions));
  let done = 0;
  for (let start = 0; start < positions; start += ROWS) {
    const part = targets.subarray(start, start + ROWS);
    for (const [i, history] of histories.entries()) {
      nats[i]! += await predict(part, history);
      done += part.length;
      await onProgress?.(done, positions * histories.length);
      await nextTurn(signal);
    }
  }
  const losses = histories.map((history, i) => ({ history, natsPerToken: nats[i]! / positions }));
  return { losses, positions, flattensAt: flattening(losses) };
}

/** 0 and the powers of two up to the longest. */
function historyLengths(longest: number): number[] {
  const lengths = [0];
  for (let length = 1; length <= longest; length *= 2) lengths.push(length);
  return lengths;
}

/** The smallest relative change of the loss that counts. */
const WORTH = 0.01;

function flattening(losses: EffectiveContext['losses']): number | undefined {
  const found = losses.findIndex(({ natsPerToken }, i) => {
    const best = Math.min(...losses.slice(i).map((later) => later.natsPerToken));
    return natsPerToken - best <= WORTH * natsPerToken;
  });
  return found === losses.length - 1 ? undefined : losses[found]!.history;
}

/**
 * Makes the function that sums the nats of some tokens of the text, at most one for each row, each predicted from so many tokens before it.
 */
async function createPredictor({ engine, model, tokens }: EffectiveContextOptions, rows: number) {
  const size = { batchSize: rows, sequenceLength: 1, shards: 1 };
  const { options, table, arena } = model;
  const state = createCarriedState(engine, options, rows);
  const reading = readingProgram(model, engine, size, state);
  const scoring = scoringProgram(model, engine, size, state);
  const losses = scoring.outputs.loss![0] as Float32Array;
  const head = engine.compile(headGraph(architectureOf(options), table, 1), { inputs: parameterBindings(table, arena) });
  await head.run();
  const logits = head.outputs.logits![0] as Float32Array;
  const normalizer = logSumExpOf(logits);

  return async (targets: Int32Array, history: number): Promise<number> => {
    if (history === 0) return targets.reduce((sum, target) => sum + normalizer - logits[tokens[target]!]!, 0);
    state.reset();
    for (let back = history; back >= 1; back--) {
      const program = back === 1 ? scoring : reading;
      const inputs = program.inputs.tokens![0]!;
      for (const [row, target] of targets.entries()) inputs[row] = tokens[target - back]!;
      if (back === 1) for (const [row, target] of targets.entries()) scoring.inputs.targets![0]![row] = tokens[target]!;
      await program.run();
      state.carry();
    }
    return losses.subarray(0, targets.length).reduce((sum, loss) => sum + loss, 0);
  };
}
