import { choice, defaultVariantType, mayChange, pathText, section, variants, variantType, wholeNumber } from './values.js';

const minimumCount = wholeNumber(1, 1_000_000_000)
  .describe('Tokens seen fewer times in the training text become <unk>. Default 1: every token is kept.')
  .default(1);

const maximumSize = wholeNumber(3, 10_000_000)
  .describe('Largest vocabulary, <unk> and the like included; the most frequent tokens are kept. Default: no limit.')
  .exactOptional();

/** How text becomes tokens. A vocabulary that is made here comes from the training text alone. */
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
    case: choice('keep', 'lower').describe('lower: all words in lower case. Default keep.').exactOptional(),
    punctuation: choice('attached', 'separate')
      .describe(
        'separate: punctuation marks, numbers, emoji and the characters of scripts without blanks are words of their own; one that ' +
          'follows without a blank is marked, so that text comes back as it was spaced. attached: a word is all that stands between blanks. ' +
          'Default attached.',
      )
      .exactOptional(),
    spaces: choice('single', 'exact')
      .describe(
        'exact: white space other than one blank between words is kept, each character of it a token, so that text comes back exactly. ' +
          'single: it counts as one blank. Default single.',
      )
      .exactOptional(),
  }),
  section({
    type: variantType('byte', 'One token for each byte of UTF-8: 256 tokens for any script, and nothing is unknown.'),
  }),
  section({
    type: variantType(
      'bpe',
      'Byte-level byte-pair encoding, as in GPT-2: frequent sequences of bytes are tokens, nothing is unknown.',
    ),
    vocabularySize: wholeNumber(257, 500_000)
      .describe(
        'Tokens that byte pairs are merged into, the 256 bytes included; fewer when no pair is left that is seen twice.',
      )
      .exactOptional(),
    file: mayChange(
      pathText()
        .describe(
          'Hugging Face tokenizer.json (byte-level BPE) to use instead of a new vocabulary. Relative to the file that states it. A run that is resumed keeps the vocabulary it began with.',
        )
        .exactOptional(),
      'no-matter',
    ),
  }),
);
