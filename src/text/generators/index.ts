import { type CorpusGenerator, grammarGenerator } from './corpus-generator.js';
import { fablesGrammar } from './fables/grammar.js';
import { formalGenerator } from './formal/index.js';
import type { GeneratorChoice } from './generator-choice.js';

export type { CorpusGenerator } from './corpus-generator.js';

/** The generator for a choice. @throws UserError 'usage' when its parameters conflict */
export function createCorpusGenerator(choice: GeneratorChoice): CorpusGenerator {
  return choice === 'fables' ? grammarGenerator('fables', fablesGrammar) : formalGenerator(choice);
}
