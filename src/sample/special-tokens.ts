import { UserError } from '../foundation/errors.js';
import { hasIndependentDocuments, type ModelDescription } from '../model/model-description.js';
import { directionOf, inReadingOrder } from '../model/stacks.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import type { GenerationOptions } from './text-writer.js';

/**
 * The token that a model reads first when there is no prompt: the end of a document, after which another begins; for a model without
 * documents a line end; if the vocabulary has neither, its first token, which is the most frequent (except `<unk>`, if there is another).
 */
export function firstToken({ documentEndId, lineEndId, vocabulary }: Tokenizer): number {
  return documentEndId ?? lineEndId ?? (vocabulary.unknownId === 0 && vocabulary.size > 1 ? 1 : 0);
}

/**
 * The tokens that a model reads for a prompt, in the order in which it reads them: at least one. A model of independent documents reads the
 * token between documents first.
 */
export function tokensToRead(model: ModelDescription, ids: Int32Array): Int32Array {
  const inOrder = inReadingOrder(model.options, ids);
  if (ids.length > 0 && !hasIndependentDocuments(model)) return inOrder;
  const all = new Int32Array(ids.length + 1);
  all[0] = firstToken(model.tokenizer);
  all.set(inOrder, 1);
  return all;
}

/**
 * The options for a text of a model: one of independent documents ends its texts itself, unless another token or a constraint does.
 * @throws UserError usage for stop strings and constraints with a model that reads backward
 */
export function textOptions<Options extends Pick<GenerationOptions, 'endToken' | 'constraint' | 'stop'>>(
  model: ModelDescription,
  options: Options,
): Options {
  if (directionOf(model.options) === 'backward' && (options.constraint !== undefined || options.stop !== undefined))
    throw new UserError(
      'usage',
      'this model writes texts from their end, and stop strings and regular expressions are read from the beginning: leave them out',
    );
  const isGiven = options.endToken !== undefined || options.constraint !== undefined;
  return isGiven || !hasIndependentDocuments(model) ? options : { ...options, endToken: model.tokenizer.documentEndId };
}

/**
 * The token that ends a text: the one between documents, which in a word vocabulary also ends every line.
 * @throws UserError usage when the vocabulary has none
 */
export function endToken({ type, documentEndId }: Tokenizer): number {
  if (documentEndId !== undefined) return documentEndId;
  const remedy = 'end the text with a stop string, or train on a corpus with documents';
  throw new UserError('usage', `this model (its tokens are of type ${type}) has no token that ends a text: ${remedy}`);
}
