import type { CorpusGenerator } from '../corpus-generator.js';
import type { FormalParameters } from './parameters.js';
import { binaryEntropy, entropyOfLines, evenly, lineGenerator, type State } from './source.js';

const kinds = ['()', '[]', '{}', '<>'];

/**
 * Dyck language: lines of balanced brackets of `pairs` kinds, at most `maximumDepth` open at once.
 *
 * The number of open brackets is a random walk. Where there is a choice, a bracket opens with probability `opening`, each kind equally
 * likely; otherwise the latest one closes, or, when none is open, the line ends. A line begins with an opening bracket, and at the maximum
 * depth a bracket must close. A line is thus a run of a pushdown automaton: the closing bracket is certain given the stack, and cannot be
 * predicted from fewer brackets than are open (Hewitt et al. 2020).
 */
export function dyckGenerator({ pairs, maximumDepth, opening }: FormalParameters<'dyck'>): CorpusGenerator {
  const used = kinds.slice(0, pairs);
  const openers = used.map((kind) => kind[0]!);
  const closerOf = new Map(used.map((kind) => [kind[0]!, kind[1]!]));

  /** @param close the end of this level: a closing bracket, or the line end */
  const level = (depth: number, close: string, below: State): State => {
    const closing = { character: close, probability: depth === maximumDepth ? 1 : 1 - opening, next: below };
    const here: State = () => {
      if (depth === maximumDepth) return [closing];
      const deeper = evenly(openers, (opener) => level(depth + 1, closerOf.get(opener)!, here));
      return [closing, ...deeper.map((transition) => ({ ...transition, probability: transition.probability * opening }))];
    };
    return here;
  };
  const line: State = () => evenly(openers, (opener) => level(1, closerOf.get(opener)!, level(0, '\n', line)));

  return lineGenerator('dyck', line, () => {
    const { choices, openings } = expectedSteps(maximumDepth, opening);
    // Every opening bracket is closed; one more character ends the line.
    return entropyOfLines(choices * binaryEntropy(opening) + openings * Math.log(pairs), 2 * openings + 1);
  });
}

/**
 * Expected numbers, per line, of choices between opening and closing, and of opening brackets.
 *
 * A walk that ends goes down from each depth as often as it went up to it: with u(d) steps up from depth d, including the first step of the
 * line, there are u(d - 1) steps down from d. At each depth except the maximum, the ratio of u(d) to these is that of opening to closing.
 */
function expectedSteps(maximumDepth: number, opening: number): { choices: number; openings: number } {
  // One line end at depth 0. The line begins with one step up, which is not a choice.
  let down = 1;
  let choices = 0;
  let openings = 0;
  for (let depth = 0; depth < maximumDepth; depth++) {
    const chosenUp = (down * opening) / (1 - opening);
    choices += down + chosenUp;
    const up = chosenUp + (depth === 0 ? 1 : 0);
    openings += up;
    down = up;
  }
  return { choices, openings };
}
