import { normalizeText } from '../reading/normalization.js';
import type { TextNormalization } from '../reading/reading-options.js';
import type { Tokenizer } from './tokenizer.js';

/** The same tokenizer for texts that were not read as a corpus, such as prompts: they are normalized first, as the corpus was. */
export function normalizing(tokenizer: Tokenizer, normalization: TextNormalization): Tokenizer {
  if (normalization.unicode === 'none' && normalization.newlines === 'keep') return tokenizer;
  const normalize = (text: string) => normalizeText(text, normalization);
  return { ...tokenizer, normalize, encode: (text) => tokenizer.encode(normalize(text)) };
}
