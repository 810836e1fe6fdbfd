import { predictionsOf } from '../../evaluate/perplexity.js';
import { UserError } from '../../foundation/errors.js';
import type { OpenedModel } from '../../run/open-model.js';
import { corpusSplit, type EvaluationText, textOfPath } from '../evaluate/evaluation-text.js';

/** The most tokens. They suffice to compare two precisions of one model, because both are measured on the same tokens. */
const MOST_TOKENS = 20_000;

/** A text on which the precisions of a model are compared, or why there is none. */
export interface MeasuringText {
  readonly name: string;
  readonly tokens?: Int32Array;
  readonly absent?: string;
}

/**
 * The text of the file or, without one, a split of the model's corpus, up to a number of tokens. If the corpus is not available, the export
 * continues without it.
 * @throws UserError `data` when the given file cannot be read or predicted
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
