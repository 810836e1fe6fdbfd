import type { CorpusGenerator } from '../corpus-generator.js';
import { letters } from './alphabet.js';
import type { FormalParameters } from './parameters.js';
import { entropyOfLines, evenly, lineGenerator, type State, surely } from './source.js';

/**
 * Copy at a distance: `length` random letters, `distance` dots, a bar, the same letters, as in `abca....|abca` (the copying problem of
 * Hochreiter and Schmidhuber 1997 and Arjovsky et al. 2016, in text). A model that remembers the first letters can predict all others with
 * certainty.
 */
export function copyGenerator({ length, distance, alphabet }: FormalParameters<'copy'>): CorpusGenerator {
  const alternatives = letters(alphabet);
  const delay = `${'.'.repeat(distance)}|`;
  const reading =
    (seen: string): State =>
    () =>
      seen.length === length ? surely(`${delay}${seen}\n`, line)() : evenly(alternatives, (letter) => reading(seen + letter));
  const line: State = () => first();
  const first = reading('');
  return lineGenerator('copy', line, () => entropyOfLines(length * Math.log(alphabet), 2 * length + delay.length + 1));
}
