import { type TokenizerChoice, tokenizerTypes } from '../../text/tokenizers/index.js';
import { declaredVariants } from './declared.js';

/** How text becomes tokens. A vocabulary is built from the training text alone. */
export const tokenizer = declaredVariants<Pick<TokenizerChoice, 'type'>>(tokenizerTypes);
