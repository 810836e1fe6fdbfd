import type { Engine } from '../engine/engine.js';
import type { ParameterNetwork } from '../model/window-programs.js';
import { type TokenSource, tokenSource } from '../text/batches.js';
import { collectPredictions } from './fit/collect-predictions.js';

/** What earlier tokens tell about the next one beyond what the model knows. */
export interface UnusedContext {
  /** The mean loss of the predictions, in nats per token. */
  readonly natsPerToken: number;
  /**
   * By lag d, from 1: how much lower the loss is when the predictions are corrected by the token d places before the predicted one, in nats
   * per token, than when the frequencies of tokens are corrected. About 0, or slightly below, where this token tells nothing new.
   */
  readonly gains: readonly number[];
}

interface UnusedContextOptions {
  /** Of one shard. */
  readonly engine: Engine;
  readonly network: ParameterNetwork;
  readonly tokens: Int32Array | TokenSource;
  /** D: the largest lag. */
  readonly lags: number;
}

/** A larger vocabulary has too many pairs of tokens to estimate their frequencies. */
const LARGEST_VOCABULARY = 256;
/** The most probabilities that are kept. */
const PROBABILITIES = 1 << 19;
/** Predictions next to each other that belong to one half. */
const RUN = 64;
/** Occurrences, as many as expected, that are added to each pair: a pair that is rare corrects little. */
const ADDED = 8;

/**
 * Measures which earlier tokens a model should use and does not. For each lag, half of the predictions tell how often each token follows
 * each token at this lag, and how often the model expects it; the probabilities of the other half are multiplied by the quotient. The
 * decrease of their loss is a lower bound of the mutual information of both tokens that the model does not use.
 *
 * @returns undefined for a vocabulary of more than 256 tokens
 * @throws UserError as `collectPredictions` does
 */
export async function unusedContext({
  engine,
  network,
  tokens,
  lags,
}: UnusedContextOptions): Promise<UnusedContext | undefined> {
  const { vocabularySize: V } = network.options;
  if (V > LARGEST_VOCABULARY) return undefined;
  const sample = await collectPredictions({
    engine,
    model: network,
    tokens,
    maximumPredictions: Math.floor(PROBABILITIES / V),
    maximumBytes: PROBABILITIES * Float32Array.BYTES_PER_ELEMENT,
  });
  const { count, logits, greatest, targets, places } = sample;
  const probabilities = new Float32Array(count * V);
  let nats = 0;
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let v = 0; v < V; v++) sum += probabilities[i * V + v] = Math.exp(logits[i * V + v]! - greatest[i]!);
    for (let v = 0; v < V; v++) probabilities[i * V + v]! /= sum;
    nats -= Math.log(probabilities[i * V + targets[i]!]!) / count;
  }
  const source = tokenSource(tokens);
  const ids = new Int32Array(places.reduce((most, place) => Math.max(most, place + 1), 0));
  source.read(0, ids, ids.length);
  const gains = Array.from({ length: lags }, (_, index) => gainOf(index + 1, { ids, places, probabilities, targets, V }));
  // In a text of another kind than the training text any token tells that tokens have other frequencies.
  const alone = Math.max(0, gainOf(undefined, { ids, places, probabilities, targets, V }));
  return { natsPerToken: nats, gains: gains.map((gain) => gain - alone) };
}

interface Predictions {
  /** The text up to the last predicted token. */
  readonly ids: Int32Array;
  /** [n]: the place of each predicted token in the text. */
  readonly places: Int32Array;
  /** [n, V] */
  readonly probabilities: Float32Array;
  readonly targets: Int32Array;
  readonly V: number;
}

/** @param lag undefined for a correction that depends on no token */
function gainOf(lag: number | undefined, { ids, places, probabilities, targets, V }: Predictions): number {
  const expected = new Float64Array(V * V).fill(ADDED);
  const observed = new Float64Array(V * V).fill(ADDED);
  const isFitted = (i: number) => Math.floor(i / RUN) % 2 === 0;
  const first = lag ?? 0;
  const earlier = (i: number) => (lag === undefined ? 0 : ids[places[i]! - lag]! * V);
  for (let i = 0; i < targets.length; i++) {
    if (places[i]! < first || !isFitted(i)) continue;
    const row = earlier(i);
    observed[row + targets[i]!]!++;
    for (let v = 0; v < V; v++) expected[row + v]! += probabilities[i * V + v]!;
  }
  const factors = observed.map((value, i) => value / expected[i]!);
  let gain = 0;
  let counted = 0;
  for (let i = 0; i < targets.length; i++) {
    if (places[i]! < first || isFitted(i)) continue;
    const row = earlier(i);
    let sum = 0;
    for (let v = 0; v < V; v++) sum += probabilities[i * V + v]! * factors[row + v]!;
    gain += Math.log(factors[row + targets[i]!]! / sum);
    counted++;
  }
  return counted === 0 ? 0 : gain / counted;
}
