import { checkOneShard, type Engine } from '../../engine/engine.js';
import { checkNumber, checkOneOf, checkSignal, countRange } from '../../foundation/arguments.js';
import { UserError } from '../../foundation/errors.js';
import { type Abortable, nextTurn } from '../../foundation/next-turn.js';
import type { ParameterNetwork } from '../../model/window-programs.js';
import { checkedTokenSource, type TokenSource } from '../../text/batches.js';
import { type Perplexity, perplexityFrom, predictionsOf } from '../perplexity.js';
import { type AdaptationRule, createAdaptation } from './adaptation.js';
import { createAdaptedWindow } from './adapted-window.js';
import { observeGradients } from './gradient-statistics.js';

export interface DynamicEvaluationOptions extends Abortable {
  /** An engine of one shard: a text is a single stream. */
  readonly engine: Engine;
  /** The model, which is not changed: a copy of its parameters adapts. */
  readonly model: ParameterNetwork;
  /** N token ids: N - 1 are predicted. */
  readonly tokens: Int32Array | TokenSource;
  readonly rule: AdaptationRule;
  /** The step size of a window's gradient; 0 leaves the parameters as trained. */
  readonly learningRate: number;
  /** By which share of the distance the parameters return to the trained ones after each window, from 0 to 1. */
  readonly decay: number;
  /** T: the number of predictions after which the parameters are adapted. */
  readonly windowLength: number;
  /** Called after each window; the evaluation waits for its promise. */
  onProgress?(done: number, total: number): void | Promise<void>;
}

/**
 * The perplexity of a text for a model that adapts while it reads (Krause, Kahembwe, Murray and Renals 2018, "Dynamic evaluation of neural
 * sequence models"): each window is predicted with the current parameters, and only then used for a gradient step. So every prediction
 * depends only on earlier text.
 *
 * Gradients are those of the training graph, without dropout, with the state carried.
 *
 * @throws UserError `data` for a text of less than two tokens or a training text without gradient statistics, `diverged` when a prediction
 *   of the adapted model is not a number
 */
export async function evaluateDynamically(options: DynamicEvaluationOptions): Promise<Perplexity> {
  const { engine, model, rule, learningRate, decay, windowLength, onProgress, signal } = options;
  checkSignal(signal);
  checkOneShard(engine, 'dynamic evaluation is done');
  checkOneOf('rule.type', rule?.type, ['sgd', 'rms']);
  checkNumber('learningRate', learningRate, { from: 0 });
  checkNumber('decay', decay, { from: 0, to: 1 });
  checkNumber('windowLength', windowLength, countRange);
  const V = model.options.vocabularySize;
  const tokens = checkedTokenSource(options.tokens, V);
  const predictions = predictionsOf(tokens);
  const resets = tokens.readDocumentEnds !== undefined;
  const window = createAdaptedWindow({ engine, model, length: Math.min(windowLength, predictions), resets });
  const trained = model.arena.subarray(0, model.table.trainedLength);
  const adaptation = createAdaptation({ engine, trained, window, rule, learningRate, decay });
  const observe = async () => {
    await adaptation.observe();
    await nextTurn(signal);
  };
  if (rule.type === 'rms') await observeGradients(checkedTokenSource(rule.train, V), window, observe);
  await adaptation.prepare();

  let nats = 0;
  window.state.reset();
  for (let start = 0; start < predictions; start += window.length) {
    const count = await window.run(tokens, start);
    for (let i = 0; i < count; i++) nats += window.losses[i]!;
    if (!Number.isFinite(nats)) throw divergence(start, options);
    await adaptation.step();
    await onProgress?.(start + count, predictions);
    await nextTurn(signal);
  }
  return perplexityFrom(nats, predictions);
}

function divergence(start: number, { learningRate, rule }: DynamicEvaluationOptions): UserError {
  const where = `dynamic evaluation diverged at token ${start + 1}`;
  return new UserError(
    'diverged',
    `${where}: the rate ${learningRate} is too large for the rule ${rule.type}; use a smaller one`,
  );
}
