import type { Engine } from '../engine/engine.js';
import { checkNumber, checkSignal, countRange, seedRange } from '../foundation/arguments.js';
import { type Abortable, nextTurn } from '../foundation/next-turn.js';
import { createRandom } from '../foundation/random.js';
import { hasIndependentDocuments } from '../model/model-description.js';
import type { LanguageModel } from '../model/window-programs.js';
import { type Predictor, withPredictor } from './predictor.js';
import { createSampler } from './sampler.js';
import { firstToken } from './special-tokens.js';

export interface TokenSamplingOptions extends Abortable {
  /** Of one shard. */
  readonly engine: Engine;
  readonly model: LanguageModel;
  /** The number of texts, generated in parallel, and the tokens of each. */
  readonly texts: number;
  readonly length: number;
  /** Text i is drawn from stream i of the seed. */
  readonly seed: number;
}

/**
 * Samples texts from the model's own distribution (temperature 1), as token ids, for measurements of the model. Each begins as after an
 * empty prompt, and so does each further document of a model of independent documents.
 *
 * @throws UserError `model` when the model's predictions are not numbers
 */
export async function sampleTokens(options: TokenSamplingOptions): Promise<Int32Array[]> {
  const { engine, model, texts, length, seed, signal } = options;
  checkSignal(signal);
  checkNumber('texts', texts, countRange);
  checkNumber('length', length, countRange);
  checkNumber('seed', seed, seedRange);
  return withPredictor(model, engine, texts, (predictor) =>
    drawAll(predictor, { first: firstToken(model.tokenizer), isReset: hasIndependentDocuments(model) }, length, seed, signal),
  );
}

async function drawAll(
  predictor: Predictor,
  { first, isReset }: { first: number; isReset: boolean },
  length: number,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<Int32Array[]> {
  for (let row = 0; row < predictor.rows; row++) predictor.resetRow(row);
  const rows = predictor.logits.map((logits, row) => ({
    sample: createSampler(logits, {}),
    random: createRandom(seed, row),
    drawn: new Int32Array(length),
  }));
  predictor.tokens.fill(first);
  for (let t = 0; t < length; t++) {
    await predictor.advance();
    await nextTurn(signal);
    for (const [row, { sample, random, drawn }] of rows.entries()) {
      drawn[t] = sample(random);
      predictor.tokens[row] = drawn[t]!;
      if (isReset && drawn[t] === first) predictor.resetRow(row);
    }
  }
  return rows.map(({ drawn }) => drawn);
}
