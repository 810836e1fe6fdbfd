import { UserError } from '../errors.js';
import { type Corpus, describeOrigin, splitNames } from './splits.js';
import type { Tokenizer } from './tokenizers/tokenizer.js';

/** Token ids of each split of a corpus. */
export interface EncodedCorpus {
  train: Int32Array;
  validation?: Int32Array;
  test?: Int32Array;
}

/**
 * Encodes the splits that a corpus has.
 *
 * @throws UserError 'data', naming split and file, when a text has what the vocabulary lacks and the vocabulary has no `<unk>`:
 *   validation and test are not looked at when the vocabulary is built.
 */
export function encodeCorpus(corpus: Corpus, tokenizer: Tokenizer): EncodedCorpus {
  const encoded: Partial<EncodedCorpus> = {};
  for (const name of splitNames) {
    const text = corpus[name];
    const origin = corpus.origins[name];
    if (text === undefined || origin === undefined) continue;
    try {
      encoded[name] = tokenizer.encode(text);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const where = `the ${name} split (${describeOrigin(origin)})`;
      const remedy =
        name === 'train'
          ? 'The vocabulary was made from another text.'
          : 'With tokenizer.minimumCount: 2 such characters, and those seen once in training, become <unk>.';
      throw new UserError('data', `${where}: ${error.message}. ${remedy}`, { cause: error });
    }
  }
  return encoded as EncodedCorpus;
}
