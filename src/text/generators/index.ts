import { UserError } from '../../errors.js';
import { fablesGrammar } from './fables/grammar.js';
import { grammarGenerator, type TextGenerator } from './text-generator.js';

export type { TextGenerator } from './text-generator.js';

/** The generators that `corpus.generator` may name. */
export const textGenerators: readonly TextGenerator[] = [grammarGenerator('fables', fablesGrammar)];

/** The generator of that name; a UserError('usage') that lists them when there is none. */
export function findTextGenerator(name: string): TextGenerator {
  const found = textGenerators.find((generator) => generator.name === name);
  if (found) return found;
  const names = textGenerators.map((generator) => `"${generator.name}"`).join(', ');
  throw new UserError('usage', `no generator is called "${name}". Built in: ${names}.`);
}
