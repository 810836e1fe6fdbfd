import type { PredictionSample } from '../../../src/diagnose/fit/collect-predictions.js';
import type { Engine } from '../../../src/engine/engine.js';
import type { ParameterNetwork } from '../../../src/model/window-programs.js';
import { createPredictor } from '../../../src/sample/predictor.js';

/** Probabilities of a row of logits at a temperature, by the definition. */
export function softmax(logits: readonly number[], temperature = 1): number[] {
  const most = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp((logit - most) / temperature));
  const sum = exponentials.reduce((all, one) => all + one);
  return exponentials.map((one) => one / sum);
}

/** Mean cross-entropy in nats at a temperature, by the definition. */
export function crossEntropy(rows: readonly (readonly number[])[], targets: readonly number[], temperature: number): number {
  return rows.reduce((sum, row, i) => sum - Math.log(softmax(row, temperature)[targets[i]!]!), 0) / rows.length;
}

export function sampleOf(rows: readonly (readonly number[])[], targets: readonly number[]): PredictionSample {
  const logits = Float32Array.from(rows.flat());
  const size = rows[0]!.length;
  return {
    count: rows.length,
    vocabularySize: size,
    logits,
    greatest: Float32Array.from(rows, (_, i) => Math.max(...logits.subarray(i * size, (i + 1) * size))),
    targets: Int32Array.from(targets),
    places: Int32Array.from(targets, (_, i) => i + 1),
  };
}

/** The logits after each token of a text, read token by token from a zero state, which marked tokens reset. */
export async function plainLogits(
  network: ParameterNetwork,
  engine: Engine,
  tokens: Int32Array,
  marks: Uint8Array = new Uint8Array(tokens.length),
): Promise<number[][]> {
  const predictor = createPredictor(network, engine, 1);
  const found: number[][] = [];
  for (const [i, token] of tokens.entries()) {
    if (marks[i] === 1) predictor.resetRow(0);
    predictor.tokens[0] = token;
    await predictor.advance();
    found.push([...predictor.logits[0]!]);
  }
  return found;
}
