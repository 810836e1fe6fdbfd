import { UserError } from '../errors.js';
import type { OpenedModel } from '../model/open-model.js';
import { readTextFile } from '../text/corpus.js';
import { corpusSplit } from './evaluation-text.js';

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
  if (file !== undefined) return encoded(model, { name: file, text: await readTextFile(file) });
  try {
    return encoded(model, await corpusSplit(model));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name: 'no text', absent: error.message };
  }
}

function encoded(model: OpenedModel, { name, text }: { name: string; text: string }): MeasuringText {
  const all = encode(model, name, text);
  if (all.length < 2)
    throw new UserError('data', `${name} has ${all.length} tokens, and there is nothing to predict with less than 2`);
  const tokens = all.subarray(0, MOST_TOKENS + 1);
  return { name: tokens.length < all.length ? `the beginning of ${name}` : name, tokens };
}

function encode({ tokenizer, path }: OpenedModel, name: string, text: string): Int32Array {
  try {
    return tokenizer.encode(text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('data', `${name} cannot be read by ${path}: ${error.message}`, { cause: error });
  }
}
