import type { GenerationOptions } from '../../sample/text-writer.js';
import type { Tokenizer } from '../../text/tokenizers/tokenizer.js';
import type { TextSettings } from './request.js';

/**
 * The settings as they are for a model. What few texts need is loaded for those that do.
 * @throws UserError usage when the vocabulary has no end token, or nothing that the expression matches
 */
export async function generationOptions(settings: TextSettings, tokenizer: Tokenizer): Promise<GenerationOptions> {
  const { endAtEos, regex, ...options } = settings;
  const endToken = endAtEos ? (await import('../../sample/end-token.js')).endToken(tokenizer) : undefined;
  if (regex === undefined) return { ...options, endToken };
  const { regularExpressionConstraint } = await import('../../sample/regular-expression-constraint.js');
  return { ...options, endToken, constraint: regularExpressionConstraint(regex, tokenizer, endToken) };
}
