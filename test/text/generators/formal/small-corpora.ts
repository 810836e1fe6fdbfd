import { type FormalCorpus, formalCorpus } from '../../../../src/text/generators/formal/parameters.js';

/** Every formal corpus at its defaults, and each at the ends of what its parameters can be. */
export const corpora: readonly FormalCorpus[] = [
  formalCorpus('markov'),
  formalCorpus('markov', { order: 1, alphabet: 26, lineLength: 5 }),
  formalCorpus('markov', { order: 5, alphabet: 2, lineLength: 3, tableSeed: 9 }),
  formalCorpus('reber'),
  formalCorpus('reber', { embeddings: 0 }),
  formalCorpus('reber', { embeddings: 4 }),
  formalCorpus('dyck'),
  formalCorpus('dyck', { pairs: 1, maximumDepth: 1, opening: 0.3 }),
  formalCorpus('dyck', { pairs: 4, maximumDepth: 40, opening: 0.4 }),
  formalCorpus('copy'),
  formalCorpus('copy', { length: 1, distance: 0, alphabet: 2 }),
  formalCorpus('adding'),
  formalCorpus('adding', { length: 1, base: 2 }),
  formalCorpus('names'),
  formalCorpus('names', { maximumSyllables: 20, harmony: 0.5 }),
  formalCorpus('names', { maximumSyllables: 1, harmony: 1 }),
];

/** Corpora of which all lines can be listed. */
export const finiteCorpora: readonly FormalCorpus[] = [
  formalCorpus('copy', { length: 2, distance: 1, alphabet: 3 }),
  formalCorpus('adding', { length: 2, base: 2 }),
  formalCorpus('names', { maximumSyllables: 1 }),
];

/** Corpora whose longer lines are so rare that those up to some length are practically all. */
export const shortCorpora: readonly FormalCorpus[] = [
  formalCorpus('markov', { order: 2, alphabet: 2, lineLength: 2 }),
  formalCorpus('reber', { embeddings: 0 }),
  formalCorpus('dyck', { pairs: 1, maximumDepth: 2, opening: 0.1 }),
];
