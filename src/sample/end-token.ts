import { UserError } from '../errors.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

/**
 * The token that ends a text: that which stands between documents, and in a vocabulary of words at every line end.
 * @throws UserError usage when the vocabulary has none.
 */
export function endToken({ type, documentEndId }: Tokenizer): number {
  if (documentEndId !== undefined) return documentEndId;
  const remedy = 'end the text with a stop string, or train on a corpus with documents';
  throw new UserError('usage', `this model (its tokens are of type ${type}) has no token that ends a text: ${remedy}`);
}
