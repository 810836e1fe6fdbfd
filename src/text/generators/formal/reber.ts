import type { CorpusGenerator } from '../corpus-generator.js';
import type { FormalParameters } from './parameters.js';
import { entropyOfLines, evenly, lineGenerator, type State, surely } from './source.js';

/**
 * The embedded Reber grammar (Reber 1967; embedded by Fahlman 1991; the test of Hochreiter and Schmidhuber 1997, section 5.1).
 *
 *     line      = embedded '\n'
 *     embedded  = B T embedded T E | B P embedded P E       one half each; without embeddings left: reber
 *     reber     = the automaton below, every choice one half
 *
 * The letter before the last E repeats the one after the first B. The text in between gives no information about it, so a model has to
 * remember it.
 */
export function reberGenerator({ embeddings }: FormalParameters<'reber'>): CorpusGenerator {
  const line: State = () => first();
  const first = embedded(embeddings, surely('\n', line));
  const nats = (embeddings + CHOICES) * Math.LN2;
  return lineGenerator('reber', line, () => entropyOfLines(nats, LETTERS + 4 * embeddings + 1));
}

/**
 * Expected number of choices in a plain Reber string: the visits to its five states with choices, upper 1, lower 2, the others 1, solve
 * upper = 1/2 + upper/2, lower = 1/2 + lower/2 + middle/2, middle = upper/2 + lowerEnd/2, lowerEnd = lower/2.
 */
const CHOICES = 6;
/** Each choice writes a letter, between B and E. */
const LETTERS = CHOICES + 2;

function embedded(levels: number, after: State): State {
  if (levels === 0) return reber(after);
  // Within a function, so that it is created when it is reached: the number of all states is two to the power of the levels.
  const inside =
    (letter: string): State =>
    () =>
      embedded(levels - 1, surely(`${letter}E`, after))();
  const choice = evenly(['T', 'P'], inside);
  return surely('B', () => choice);
}

/** The automaton of Reber (1967), in the form of Cleeremans et al. (1989). */
function reber(after: State): State {
  const either = (a: string, afterA: State, b: string, afterB: State): State => {
    const choice = evenly([a, b], (letter) => (letter === a ? afterA : afterB));
    return () => choice;
  };
  // The automaton has loops, so a state refers to states that are defined after it.
  const upper: State = () => upperChoice();
  const lower: State = () => lowerChoice();
  const middle: State = () => middleChoice();
  const end = surely('E', after);
  const upperChoice = either('S', upper, 'X', middle);
  const lowerEnd = either('P', middle, 'V', end);
  const lowerChoice = either('T', lower, 'V', lowerEnd);
  const middleChoice = either('X', lower, 'S', end);
  return surely('B', either('T', upper, 'P', lower));
}
