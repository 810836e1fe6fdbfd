import { hasIndependentDocuments, type ModelDescription } from '../../model/model-description.js';
import { endToken as tokenAtEnd } from '../../sample/special-tokens.js';
import type { GenerationOptions } from '../../sample/text-writer.js';
import type { TextSettings } from './arguments.js';

/**
 * The settings for a model: stop strings and expressions are normalized like its corpus. Code that few texts need is loaded only for those.
 *
 * @throws UserError usage when the vocabulary has no end token, or no text that the expression matches
 */
export async function generationOptions(settings: TextSettings, model: ModelDescription): Promise<GenerationOptions> {
  const { endAtEos: _, regex, stop, ...rest } = settings;
  const { tokenizer } = model;
  const { normalize } = tokenizer;
  const endAtEos = settings.endAtEos || hasIndependentDocuments(model);
  const options = { ...rest, stop: normalize ? stop?.map(normalize) : stop };
  const endToken = endAtEos ? tokenAtEnd(tokenizer) : undefined;
  if (regex === undefined) return { ...options, endToken };
  const { normalizePattern } = await import('../../sample/regular-expression/normalize-pattern.js');
  const { regularExpressionConstraint } = await import('../../sample/regular-expression-constraint.js');
  return {
    ...options,
    endToken,
    constraint: regularExpressionConstraint(normalize ? normalizePattern(regex, normalize) : regex, tokenizer, endToken),
  };
}
