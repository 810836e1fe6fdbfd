import type { FormalCorpus } from './formal/parameters.js';

/** The values of `corpus.generator` in a resolved config: the fables, which have no parameters, or a formal corpus with its parameters. */
export type GeneratorChoice = 'fables' | FormalCorpus;
