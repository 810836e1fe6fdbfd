import type { CorpusGenerator } from '../corpus-generator.js';
import { addingGenerator } from './adding.js';
import { copyGenerator } from './copy.js';
import { dyckGenerator } from './dyck.js';
import { markovGenerator } from './markov.js';
import { namesGenerator } from './names.js';
import type { FormalCorpus } from './parameters.js';
import { reberGenerator } from './reber.js';

/** The generator of a formal corpus. @throws UserError 'usage' when its parameters conflict */
export function formalGenerator(corpus: FormalCorpus): CorpusGenerator {
  switch (corpus.type) {
    case 'markov':
      return markovGenerator(corpus);
    case 'reber':
      return reberGenerator(corpus);
    case 'dyck':
      return dyckGenerator(corpus);
    case 'copy':
      return copyGenerator(corpus);
    case 'adding':
      return addingGenerator(corpus);
    case 'names':
      return namesGenerator(corpus);
  }
}
