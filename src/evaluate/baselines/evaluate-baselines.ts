import { checkNumber, countRange } from '../../foundation/arguments.js';
import { checkedTokenSource, type TokenSource } from '../../text/batches.js';
import { tokenizerDeclaration } from '../../text/tokenizers/index.js';
import type { TokenizerType } from '../../text/tokenizers/tokenizer.js';
import { eachToken } from '../each-token.js';
import { type Perplexity, perplexityFrom, predictionsOf } from '../perplexity.js';
import { type NgramModel, trainKneserNey } from './kneser-ney.js';

export interface BaselineOptions {
  /** The training split, from which the baselines are estimated. */
  readonly train: Int32Array | TokenSource;
  /** N token ids of the same vocabulary: N - 1 are predicted, the same ones that the network predicts. */
  readonly tokens: Int32Array | TokenSource;
  readonly vocabularySize: number;
  /** Of the Kneser-Ney model; see `usualOrder`. */
  readonly order: number;
  /** The most training tokens that are counted, from the first on: limits memory and time. Default: all. */
  readonly maximumTrainingTokens?: number | undefined;
}

/** How well counting models predict a text. */
export interface Baselines {
  readonly unigram: Perplexity;
  readonly kneserNey: Perplexity;
  readonly order: number;
  /** Training tokens that were counted. */
  readonly trainingTokens: number;
}

/** The usual order for a kind of token: 5 for words and parts of words, more for characters, which carry less information. */
export function usualOrder(type: TokenizerType): number {
  return tokenizerDeclaration(type).small ? 6 : 5;
}

/**
 * The perplexity of a text under counting models of a training text: unigram, and interpolated modified Kneser-Ney. As a network's state
 * does, contexts continue across line ends.
 *
 * @throws UserError `data` for a text of less than two tokens
 */
export function evaluateBaselines(options: BaselineOptions): Baselines {
  const { tokens, vocabularySize, order, maximumTrainingTokens = Number.POSITIVE_INFINITY } = options;
  checkNumber('vocabularySize', vocabularySize, countRange);
  const text = checkedTokenSource(tokens, vocabularySize);
  const train = firstOf(options.train, maximumTrainingTokens);
  const measure = (order: number) => ngramPerplexity(trainKneserNey(train, { order, vocabularySize }), text);
  return { unigram: measure(1), kneserNey: measure(order), order, trainingTokens: train.length };
}

/**
 * The perplexity of a text, given its first token, summed in float64.
 * @throws UserError `data` for a text of less than two tokens.
 */
export function ngramPerplexity(model: NgramModel, tokens: Int32Array | TokenSource): Perplexity {
  const reader = model.createReader();
  let nats = 0;
  let first = true;
  for (const token of eachToken(tokens)) {
    const p = reader.next(token);
    if (!first) nats -= Math.log(p);
    first = false;
  }
  return perplexityFrom(nats, predictionsOf(tokens));
}

function firstOf(text: Int32Array | TokenSource, maximum: number): Int32Array | TokenSource {
  if (text.length <= maximum) return text;
  if (text instanceof Int32Array) return text.subarray(0, maximum);
  return { length: maximum, read: (start, target, count) => text.read(start, target, count) };
}
