import type { FormalCorpus } from './formal/parameters.js';

/** What `corpus.generator` of a resolved config may be: the fables, which have no parameters, or a formal corpus with its own. */
export type GeneratorChoice = 'fables' | FormalCorpus;
