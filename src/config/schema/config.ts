import { z } from 'zod';
import { corpus } from './corpus.js';
import { engine, engineWord } from './engine.js';
import { model } from './model.js';
import { tokenizer } from './tokenizer.js';
import { training } from './training.js';
import { mayChange, pathText, section, wholeNumber } from './values.js';

/** A run's name is also the name of a directory: it begins with a letter or digit and has no separator. */
const namePattern = /^[\p{L}\p{N}][\p{L}\p{N}._ -]*$/u;
const nameError =
  'letters, digits, blanks, . _ and -, beginning with a letter or digit, at most 100 (in quotes when it is a number)';

const engineMeaning = 'The engine that computes. Default typed-array.';

const shape = {
  name: mayChange(
    z
      .string({ error: nameError })
      .max(100, { error: nameError })
      .regex(namePattern, { error: nameError })
      .describe("Name of the run. Default: the config file's name; with --output the directory's. Not taken over by extends.")
      .exactOptional(),
    'no-matter',
  ),
  seed: wholeNumber(0, Number.MAX_SAFE_INTEGER).describe('Seed of all random numbers. Default 1.').default(1),
  output: mayChange(
    pathText()
      .describe('Run directory, relative to where the command is run. Default runs/<name>. Not taken over by extends.')
      .exactOptional(),
    'no-matter',
  ),
  corpus: mayChange(corpus.describe('The text to learn from.').prefault({})),
  tokenizer: tokenizer.describe('How text becomes tokens. Default character.').prefault({}),
  model: model.describe('The network.').prefault({}),
  training: training.describe('The training.').prefault({}),
  engine: engine.describe(engineMeaning).prefault({}),
};

/** A whole config, after `extends` and overrides were applied. */
export const configSchema = section(shape);

/** A config as it is written in a file: it may extend others. */
export const configFileSchema = section({
  extends: z
    .union([pathText(), z.array(pathText())])
    .describe(
      'Config files that this one builds on, relative to it; later files override earlier ones, and this file overrides all.',
    )
    .exactOptional(),
  ...shape,
  engine: z
    .union([engineWord.describe('Short form: its type.'), engine])
    .describe(engineMeaning)
    .prefault({}),
});
