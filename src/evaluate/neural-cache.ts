import { checkOneShard } from '../engine/engine.js';
import { checkNumber, checkSignal, countRange } from '../foundation/arguments.js';
import { UserError } from '../foundation/errors.js';
import { nextTurn } from '../foundation/next-turn.js';
import { input } from '../graph/operations/input.js';
import { matrixProduct } from '../graph/operations/matrix-product.js';
import { architectureOf } from '../model/architecture.js';
import { createCarriedState } from '../model/carried-state.js';
import { hiddenScoringGraph } from '../model/graphs.js';
import { parameterBindings } from '../model/parameter-table.js';
import type { ParameterNetwork } from '../model/window-programs.js';
import { checkedTokenSource } from '../text/batches.js';
import { type Perplexity, type PerplexityOptions, perplexityFrom, predictionsOf } from './perplexity.js';
import { windowInputs } from './window-inputs.js';

export interface NeuralCacheOptions extends PerplexityOptions {
  readonly model: ParameterNetwork;
  /** N: the number of past predictions in the cache. */
  readonly size: number;
  /** theta: the weight of similarity; with 0 all entries of the cache have the same weight. */
  readonly flatness: number;
  /** lambda: the cache's share in a prediction, from 0 to below 1 (with 1 most tokens would have no probability). */
  readonly interpolation: number;
}

/**
 * The perplexity of a text for a model with a neural cache (Grave, Joulin and Usunier 2017, "Improving neural language models with a
 * continuous cache"). The cache contains the last N outputs of the top layer, each with the token that followed it:
 *
 *     p_cache(w) ~ sum over i with x_(i+1) = w of exp(theta h_t . h_i)      p = (1 - lambda) p_model + lambda p_cache
 *
 * Nothing is trained. While the cache is empty, p is p_model.
 *
 * @throws UserError `data` for a text of less than two tokens, `model` when a prediction is not a number
 */
export async function evaluateWithCache(options: NeuralCacheOptions): Promise<Perplexity> {
  const { model, engine, tokens, sequenceLength = 32, flatness, interpolation, onProgress, signal } = options;
  checkSignal(signal);
  checkOneShard(engine, 'the cache is used');
  checkNumber('size', options.size, countRange);
  checkNumber('flatness', flatness, { from: 0 });
  checkNumber('interpolation', interpolation, { from: 0, to: 1 - Number.EPSILON });
  checkNumber('sequenceLength', sequenceLength, countRange);
  const source = checkedTokenSource(tokens, model.options.vocabularySize);
  const predictions = predictionsOf(source);
  const T = Math.min(sequenceLength, predictions);
  const resets = source.readDocumentEnds !== undefined;
  const size = Math.min(options.size, predictions);
  const H = architectureOf(model.options).hiddenSize;
  const state = createCarriedState(engine, model.options, 1);
  const scoring = engine.compile(hiddenScoringGraph(model.options, { batchSize: 1, sequenceLength: T, shards: 1, resets }), {
    inputs: { ...parameterBindings(model.table, model.arena), ...state.inputs },
    outputs: state.outputs,
  });
  // A ring buffer of a window and the N predictions before it, so that all similarities of a window are one matrix product.
  const ring = size + T;
  const rows = { hidden: input('hidden', { rows: T, columns: H }), kept: input('kept', { rows: ring, columns: H }) };
  const similarity = engine.compile({ products: matrixProduct(rows.hidden, rows.kept, { transposeB: true }) });
  const kept = similarity.inputs.kept![0] as Float32Array;
  const products = similarity.outputs.products![0] as Float32Array;
  const hidden = scoring.outputs.hidden![0] as Float32Array;
  const losses = scoring.outputs.loss![0] as Float32Array;
  const targets = scoring.inputs.targets![0]!;
  const fill = windowInputs(scoring, T);
  const followers = new Int32Array(ring);
  let nats = 0;

  for (let start = 0; start < predictions; start += T) {
    const count = fill(source, start);
    await scoring.run();
    state.carry();
    for (let t = 0; t < count; t++) {
      const place = (start + t) % ring;
      kept.set(hidden.subarray(t * H, (t + 1) * H), place * H);
      followers[place] = targets[t]!;
    }
    (similarity.inputs.hidden![0] as Float32Array).set(hidden);
    await similarity.run();
    for (let t = 0; t < count; t++) {
      const known = Math.min(size, start + t);
      const similarities = products.subarray(t * ring, (t + 1) * ring);
      const share = cacheProbability(similarities, followers, { end: start + t, known, flatness, token: targets[t]! });
      nats += known === 0 ? losses[t]! : interpolate(losses[t]!, share, interpolation);
    }
    await onProgress?.(start + count, predictions);
    await nextTurn(signal);
  }
  if (!Number.isFinite(nats)) throw new UserError('model', 'the predictions of the model with its cache are not numbers');
  return perplexityFrom(nats, predictions);
}

interface CacheQuery {
  /** The number of the current prediction; the cache contains the `known` ones before it. */
  readonly end: number;
  readonly known: number;
  readonly flatness: number;
  readonly token: number;
}

/** p_cache of a token. Similarities and followers are ring buffers: prediction i is at i modulo their length. */
function cacheProbability(similarities: Float32Array, followers: Int32Array, query: CacheQuery): number {
  const { end, known, flatness, token } = query;
  const ring = followers.length;
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = end - known; i < end; i++) largest = Math.max(largest, similarities[i % ring]!);
  let total = 0;
  let matching = 0;
  for (let i = end - known; i < end; i++) {
    const weight = Math.exp(flatness * (similarities[i % ring]! - largest));
    total += weight;
    if (followers[i % ring] === token) matching += weight;
  }
  return matching / total;
}

/** -ln((1 - lambda) exp(-nats) + lambda p), exact where lambda or p is 0, and where exp(-nats) underflows. */
function interpolate(nats: number, p: number, lambda: number): number {
  const model = Math.log1p(-lambda) - nats;
  const cache = Math.log(lambda) + Math.log(p);
  const larger = Math.max(model, cache);
  return -(larger + Math.log1p(Math.exp(Math.min(model, cache) - larger)));
}
