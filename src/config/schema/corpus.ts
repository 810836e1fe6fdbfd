import { z } from 'zod';
import { generator } from './generator.js';
import { choice, mayChange, numberWithin, pathText, section, switchValue } from './values.js';

const split = section({
  train: numberWithin({ above: 0, to: 1 }).describe('Share of the text to train on, from its beginning.'),
  validation: numberWithin({ from: 0, below: 1 })
    .describe('Share of the text, after the training part, for validation. Default 0: none.')
    .default(0),
  test: numberWithin({ from: 0, below: 1 })
    .describe('Share of the text, at its end, for the test at the end of the run. Default 0: none.')
    .default(0),
});

const pathsError = 'a path, or a list of paths (in quotes when they look like numbers)';
const paths = () => {
  const error = pathsError;
  return z.union([pathText(), z.array(pathText(), { error }).min(1, { error }).max(4096, { error })], { error });
};

const shortTextError = 'a text of 1 to 1000 characters';
const shortText = () =>
  z.string({ error: shortTextError }).min(1, { error: shortTextError }).max(1000, { error: shortTextError });

const separations = ['none', 'lines', 'blank-lines', 'files'] as const;
const documentsError = `${separations.join(', ')}, or a map with the key marker`;
const documents = z
  .union(
    [
      z.enum(separations),
      section({
        marker: shortText().describe(
          'A text that stands between documents, such as <|endoftext|>; left out with the line end after it.',
        ),
      }),
    ],
    { error: documentsError },
  )
  .describe(
    'Where documents end; a token <eos> stands for each end. none: the text is one document. lines: each line is a document; blank ones ' +
      'are left out. blank-lines: at blank lines, which are left out. files: at the end of each file; and, as with the others, after each line of a .jsonl file. Default none.',
  )
  .default('none');

const normalization = section({
  unicode: choice('none', 'NFC', 'NFKC').describe('Unicode normal form. Default none.').default('none'),
  newlines: choice('keep', 'lf').describe('lf: all line ends become line feeds. Default keep.').default('keep'),
  byteOrderMark: choice('drop', 'keep')
    .describe('Whether a byte order mark (U+FEFF) at the beginning of a file is dropped or kept. Default drop.')
    .default('drop'),
});

/**
 * The source of the text: one file that is divided into contiguous parts, or a file for each part. `rules.ts` checks which keys exclude
 * each other, so that its message can name both keys.
 */
export const corpus = section({
  path: mayChange(
    paths()
      .describe(
        'The text (UTF-8), cut into training, validation and test parts: a file, a folder, a pattern such as texts/**/*.txt, or a ' +
          'list of these. Files in .gz are unpacked, and .jsonl has a text in each line. Relative to the file that states it.',
      )
      .exactOptional(),
    'no-matter',
  ),
  split: split
    .describe('Shares of the one file; they add up to 1. Default: train 0.9, validation 0.05, test 0.05.')
    .exactOptional(),
  boundary: choice('character', 'line', 'document')
    .describe(
      'Where a cut between the parts may fall: exactly, after a line, or after a document (without documents, a blank line). ' +
        'Default line; with documents, document.',
    )
    .exactOptional(),
  train: mayChange(
    paths()
      .describe('Text to train on, when the parts are separate files: as path. Relative to the file that states it.')
      .exactOptional(),
    'no-matter',
  ),
  validation: mayChange(paths().describe('Validation text. Only with train.').exactOptional(), 'no-matter'),
  test: mayChange(paths().describe('Test text, used at the end of the run. Only with train.').exactOptional(), 'no-matter'),
  order: choice('given', 'shuffled')
    .describe(
      'shuffled: documents (without documents, paragraphs; without blank lines, lines) are put in a random order, always the same one, ' +
        'before the text is cut into parts: for a text that is sorted, or whose end is of another kind. Up to 32 million characters. Default given.',
    )
    .exactOptional(),
  duplicates: choice('keep', 'drop')
    .describe(
      'drop: of equal documents (without documents, paragraphs; without blank lines, lines) only the first remains, so that none is in two ' +
        'parts. Up to 32 million characters. Default keep.',
    )
    .exactOptional(),
  field: shortText().describe('Key of the text in each line of .jsonl files. Default text.').exactOptional(),
  documents,
  sequences: choice('stream', 'documents')
    .describe(
      'stream: the text is read as running text. documents: each document is independent of the others, such as a name or a title in a ' +
        'line; the state is zero before it, <eos> stands before its first token and is predicted after its last one, and each epoch ' +
        'reads documents in another order, in batches of similar length. Default stream.',
    )
    .default('stream'),
  resetState: switchValue().describe('Set the hidden state to zero where a document ends. Default false.').default(false),
  normalization: normalization
    .describe(
      'Changes made to every text, prompts included, before it is cut into tokens. Default: a byte order mark is dropped.',
    )
    .prefault({}),
  cache: mayChange(
    pathText()
      .describe(
        'Where the tokens of a large corpus are stored for later runs. auto: a corpus above 32 million characters in the user cache folder (at most 5 GB, the oldest deleted first); ' +
          'off: all tokens in memory; or a folder, for a corpus of any size. Default auto.',
      )
      .default('auto'),
    'no-matter',
  ),
  generator: generator
    .describe(
      'The built-in generator that wrote the text (textloom corpus generate), so that its exact entropy is known and reported as ' +
        'the floor: its name, or a map with its type and parameters.',
    )
    .exactOptional(),
});

/** The default division of a single text. */
export const defaultSplit: z.output<typeof split> = { train: 0.9, validation: 0.05, test: 0.05 };
