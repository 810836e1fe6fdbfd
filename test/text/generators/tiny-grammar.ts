import { type Frame, startOf, step } from '../../../src/text/generators/derivation.js';
import { compileGrammar, type Grammar } from '../../../src/text/generators/grammar.js';

/** A grammar with all that a grammar can have, small enough to list its texts: weights, variables, exclusion, agreement, an empty alternative. */
export const tinyGrammar: Grammar = compileGrammar({
  start: 'story',
  separator: '|',
  rules: {
    story: [
      [3, '{hero = animal}{hero.Name}{and}{rest}.'],
      [1, 'The {hero = animal}{rival = animal - hero}{rival.name} bit the {hero.name}{rest}.'],
    ],
    and: ['', ' and {rival = animal - hero}{rival.name}'],
    rest: ['', ', and {hero.he} {ran}', [2, '; {hero.mood}']],
    ran: ['ran', 'rang'],
  },
  lexicons: {
    animal: [
      { name: 'cat', Name: 'Cat', he: 'she', mood: ['hiss', 'hum'] },
      { name: 'cow', Name: 'Cow', he: 'she', mood: [[5, 'moo'], 'munch'] },
      { name: 'cob', Name: 'Cob', he: 'he', mood: 'neigh' },
    ],
  },
});

/** Every derivation of a grammar with its probability. */
export function enumerate(grammar: Grammar): { text: string; probability: number }[] {
  const found: { text: string; probability: number }[] = [];
  const visit = (frame: Frame | undefined, text: string, probability: number): void => {
    if (!frame) {
      found.push({ text, probability });
      return;
    }
    const next = step(frame);
    if (next.kind === 'text') visit(next.rest, text + next.text, probability);
    else for (const option of next.options) visit(option.rest, text, probability * option.probability);
  };
  visit(startOf(grammar), '', 1);
  return found;
}
