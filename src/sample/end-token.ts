import { UserError } from '../errors.js';
import { quoteToken } from '../text/code-points.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

/** Tokens by which vocabularies say that a text, or in one of words a line, is over: ours, and that of GPT-2's kin. */
const endings = ['<eos>', '<|endoftext|>'];

/**
 * The token that ends a text: `<eos>`, which in a vocabulary of words stands at every line end and elsewhere between documents.
 * @throws UserError usage when the vocabulary has none.
 */
export function endToken({ type, vocabulary }: Tokenizer): number {
  for (const ending of endings) {
    const id = vocabulary.idOf(ending);
    if (id !== undefined) return id;
  }
  const looked = endings.map(quoteToken).join(' or ');
  throw new UserError(
    'usage',
    `this model's vocabulary (${type}) has no token that ends a text: ${looked}; end it with a stop string`,
  );
}
