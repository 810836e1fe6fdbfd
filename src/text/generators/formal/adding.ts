import type { CorpusGenerator } from '../corpus-generator.js';
import type { FormalParameters } from './parameters.js';
import { entropyOfLines, evenly, lineGenerator, type State, surely } from './source.js';

/**
 * Adding at a distance (the adding problem of Hochreiter and Schmidhuber 1997, section 5.4, in text): 2 * `length` random digits, a star
 * before one in each half, and after the equals sign the sum of these two modulo `base`, as in `3*7291*48=1`. The marked digit of each half
 * is uniformly distributed.
 */
export function addingGenerator({ length, base }: FormalParameters<'adding'>): CorpusGenerator {
  const digits = [...'0123456789'].slice(0, base);

  const ending = (sum: number): State => surely(`=${sum % base}\n`, line);
  const half = (after: (sum: number) => State) => (sum: number) => digitsLeft(length, false, sum, after);

  /**
   * The state before a digit: `left` digits of this half remain, and the star must come before one of them unless it was already written.
   */
  function digitsLeft(left: number, marked: boolean, sum: number, after: (sum: number) => State): State {
    if (left === 0) return after(sum);
    return () => {
      const plain = evenly(digits, () => digitsLeft(left - 1, marked, sum, after));
      if (marked) return plain;
      const star = {
        character: '*',
        probability: 1 / left,
        next: () => evenly(digits, (digit) => digitsLeft(left - 1, true, sum + Number(digit), after)),
      };
      if (left === 1) return [star];
      return [star, ...plain.map((transition) => ({ ...transition, probability: transition.probability * (1 - 1 / left) }))];
    };
  }

  const line: State = () => first();
  const first = half(half(ending))(0);
  return lineGenerator('adding', line, () =>
    entropyOfLines(2 * (length * Math.log(base) + Math.log(length)), 2 * length + '**=0\n'.length),
  );
}
