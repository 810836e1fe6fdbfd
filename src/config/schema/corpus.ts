import type { z } from 'zod';
import { generator } from './generator.js';
import { choice, numberWithin, pathText, section } from './values.js';

const split = section({
  train: numberWithin({ above: 0, to: 1 }).describe('Share of the text to train on, from its beginning.'),
  validation: numberWithin({ from: 0, below: 1 })
    .describe('Share of the text, after the training part, that measures progress. Default 0: none.')
    .default(0),
  test: numberWithin({ from: 0, below: 1 })
    .describe('Share of the text, at its end, that is kept for the final figure. Default 0: none.')
    .default(0),
});

/**
 * Where the text comes from: one file cut into contiguous parts, or a file for each part. Which keys go together is told by
 * `rules.ts`, so that a mixture of both is answered with the names of the two keys.
 */
export const corpus = section({
  path: pathText()
    .describe('One text file (UTF-8), cut into training, validation and test parts. Relative to the file that states it.')
    .exactOptional(),
  split: split
    .describe('Shares of the one file; they add up to 1. Default: train 0.9, validation 0.05, test 0.05.')
    .exactOptional(),
  boundary: choice('character', 'line', 'document')
    .describe('Where a cut between the parts may fall: exactly, after a line, or after a blank line. Default line.')
    .exactOptional(),
  train: pathText()
    .describe('Text file to train on, when the parts are separate files. Relative to the file that states it.')
    .exactOptional(),
  validation: pathText().describe('Text file that measures progress. Only with train.').exactOptional(),
  test: pathText().describe('Text file kept for the final figure. Only with train.').exactOptional(),
  generator: generator
    .describe(
      'The built-in generator that wrote the text (textloom corpus generate), so that its true entropy is known and reported as ' +
        'the floor: its name, or a map with its type and parameters.',
    )
    .exactOptional(),
});

/** What one file is cut into when nothing is said. */
export const defaultSplit: z.output<typeof split> = { train: 0.9, validation: 0.05, test: 0.05 };
