import { predictionsOf } from '../../evaluate/perplexity.js';
import { UserError } from '../../foundation/errors.js';
import type { OpenedModel } from '../../run/open-model.js';
import { corpusSplit, type EvaluationText, textOfPath } from '../evaluate/evaluation-text.js';

/** Tokens enough to tell two precisions of one model apart: both are measured on the same ones. */
const MOST_TOKENS = 20_000;

/** A text on which the precisions of a model are compared, or why there is none. */
export interface MeasuringText {
  readonly name: string;
  readonly tokens?: Int32Array;
  readonly absent?: string;
}

/**
 * The text of the file or, without one, a split of the model's corpus, up to a number of tokens. Where the corpus is not there the
 * export goes on without.
 * @throws UserError `data` when the file that was given cannot be read or predicted
 */
export async function measuringText(model: OpenedModel, file: string | undefined): Promise<MeasuringText> {
  if (file !== undefined) return beginningOf(model, await textOfPath(model, file));
  try {
    return await beginningOf(model, await corpusSplit(model));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name: 'no text', absent: error.message };
  }
}

async function beginningOf(model: OpenedModel, text: EvaluationText): Promise<MeasuringText> {
  const { source, close } = await text.open(model);
  try {
    const predictions = Math.min(predictionsOf(source, text.name), MOST_TOKENS);
    const tokens = new Int32Array(predictions + 1);
    source.read(0, tokens, tokens.length);
    return { name: tokens.length < source.length ? `the beginning of ${text.name}` : text.name, tokens };
  } finally {
    close();
  }
}
