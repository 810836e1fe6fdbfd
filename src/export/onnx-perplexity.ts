import type { ModelValue, RunnableModel } from '../engine/onnxruntime/run-model.js';
import { UserError } from '../errors.js';
import { stateNames } from '../model/language-model.js';
import type { ModelOptions } from '../model/parameter-table.js';

/** Predictions of one run. */
const WINDOW = 64;

/**
 * The perplexity of a text under an exported model: one stream, the state carried from beginning to end, every token but the first
 * predicted once, summed in float64.
 *
 * @param tokens at least two ids
 * @throws UserError `model` when a prediction is not a number
 */
export async function perplexityOf(exported: RunnableModel, options: ModelOptions, tokens: Int32Array): Promise<number> {
  const { vocabularySize: V, hiddenSize: H } = options;
  const names = stateNames(options);
  let state: Record<string, ModelValue> = Object.fromEntries(
    names.map((name) => [name, { shape: [1, H], data: new Float32Array(H) }]),
  );
  const predictions = tokens.length - 1;
  let nats = 0;
  for (let start = 0; start < predictions; start += WINDOW) {
    const count = Math.min(WINDOW, predictions - start);
    const ids = BigInt64Array.from(tokens.subarray(start, start + count), BigInt);
    const outputs = await exported.run({ tokens: { shape: [1, count], data: ids }, ...state });
    const logits = outputs.logits!.data as Float32Array;
    for (let i = 0; i < count; i++) nats += surprisal(logits.subarray(i * V, (i + 1) * V), tokens[start + i + 1]!);
    state = Object.fromEntries(names.map((name) => [name, outputs[`next.${name}`]!]));
  }
  const perplexity = Math.exp(nats / predictions);
  if (Number.isNaN(perplexity)) throw new UserError('model', 'the exported model predicts what is not a number');
  return perplexity;
}

/** -log softmax(logits)[target], in nats. */
function surprisal(logits: Float32Array, target: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > largest) largest = logits[i]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - largest);
  return largest + Math.log(sum) - logits[target]!;
}
