import { defaultVariantType, section, variants, variantType, wholeNumber } from './values.js';

const minimumCount = wholeNumber(1, 1_000_000_000)
  .describe('Tokens seen fewer times in the training text become <unk>. Default 1: every token is kept.')
  .default(1);

const maximumSize = wholeNumber(3, 10_000_000)
  .describe('Largest vocabulary, <unk> and the like included; the most frequent tokens are kept. Default: no limit.')
  .exactOptional();

/** How text becomes tokens. The vocabulary always comes from the training text alone. */
export const tokenizer = variants(
  section({
    type: defaultVariantType('character', 'One token for each Unicode code point.'),
    minimumCount,
    maximumSize,
  }),
  section({
    type: variantType('word', 'One token for each run of non-blank characters, and <eos> at each line end.'),
    minimumCount,
    maximumSize,
  }),
);
