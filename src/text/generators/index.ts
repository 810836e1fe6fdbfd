import { fablesGrammar } from './fables/grammar.js';
import { formalGenerator } from './formal/index.js';
import type { GeneratorChoice } from './generator-choice.js';
import { grammarGenerator, type TextGenerator } from './text-generator.js';

export type { TextGenerator } from './text-generator.js';

/** The generator of that choice. @throws UserError 'usage' when its parameters do not go together. */
export function createTextGenerator(choice: GeneratorChoice): TextGenerator {
  return choice === 'fables' ? grammarGenerator('fables', fablesGrammar) : formalGenerator(choice);
}
