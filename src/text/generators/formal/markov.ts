import { UserError } from '../../../foundation/errors.js';
import { createRandom } from '../../../foundation/random.js';
import type { CorpusGenerator } from '../corpus-generator.js';
import type { Entropy } from '../expected-entropy.js';
import { letters } from './alphabet.js';
import type { FormalParameters } from './parameters.js';
import { binaryEntropy, entropyOfLines, lineGenerator, type State } from './source.js';

/** The most contexts of a table. */
const MAXIMUM_CONTEXTS = 65_536;

/**
 * A Markov chain over letters (Shannon 1948): each letter depends on the `order` letters before it, fewer at the beginning of a line. After
 * each letter the line ends with probability 1 / `lineLength`. The transition probabilities are drawn from `tableSeed`: those of one
 * context are proportional to cubes of uniform numbers, so that some letters are much more likely than others.
 *
 * @throws UserError 'usage' when the table would be too large
 */
export function markovGenerator(parameters: FormalParameters<'markov'>): CorpusGenerator {
  const { order, alphabet, lineLength, tableSeed } = parameters;
  const full = power(alphabet, order);
  if (full > MAXIMUM_CONTEXTS) {
    throw new UserError(
      'usage',
      `a Markov chain with alphabet ${alphabet} and order ${order} has ${full} contexts, and at most ${MAXIMUM_CONTEXTS} are ` +
        'allowed: choose a smaller alphabet or order',
    );
  }
  const alternatives = letters(alphabet);
  const states = new Map<number, State>();

  /** A context is a number with the digits 1 to `alphabet`; the beginning of a line is 0. */
  const stateOf = (context: number): State => {
    let state = states.get(context);
    if (!state) {
      const transitions = alternatives.map((character, letter) => {
        const probability = going(context) * table(context)[letter]!;
        return { character, probability, next: () => stateOf(extend(context, letter))() };
      });
      const all = context === 0 ? transitions : [...transitions, { character: '\n', probability: 1 / lineLength, next: line }];
      state = () => all;
      states.set(context, state);
    }
    return state;
  };
  const line: State = () => stateOf(0)();

  /** Probability that a line continues; a line is never empty. */
  const going = (context: number) => (context === 0 ? 1 : 1 - 1 / lineLength);
  const rows = new Map<number, Float64Array>();
  const table = (context: number): Float64Array => {
    let row = rows.get(context);
    if (!row) {
      row = drawRow(tableSeed, context, alphabet);
      rows.set(context, row);
    }
    return row;
  };
  const longest = power(alphabet + 1, order - 1);
  const extend = (context: number, letter: number) => (context % longest) * (alphabet + 1) + letter + 1;

  return lineGenerator('markov', line, () => {
    const visits = expectedVisits({ table, extend, alphabet, goingOn: 1 - 1 / lineLength });
    return entropyOf(visits, table, lineLength);
  });
}

/** The distribution of the next letter after a context. Streams of one seed are independent, and stream 0 is used for the text. */
function drawRow(seed: number, context: number, alphabet: number): Float64Array {
  const random = createRandom(seed, context + 1);
  const row = Float64Array.from({ length: alphabet }, () => {
    const u = random.uniform();
    return u * u * u;
  });
  const total = row.reduce((sum, weight) => sum + weight, 0);
  return row.map((weight) => weight / total);
}

interface Chain {
  readonly table: (context: number) => Float64Array;
  readonly extend: (context: number, letter: number) => number;
  readonly alphabet: number;
  /** Probability that a line continues after a letter. */
  readonly goingOn: number;
}

/**
 * The expected number of visits of a line to each context. The occupation after n letters is computed letter by letter; when only the lines
 * that end change it, which happens soon in a chain where every letter may follow, the rest is a geometric series.
 */
function expectedVisits({ table, extend, alphabet, goingOn }: Chain): Map<number, number> {
  const visits = new Map<number, number>();
  const add = (to: Map<number, number>, context: number, mass: number) => to.set(context, (to.get(context) ?? 0) + mass);
  let now = new Map([[0, 1]]);
  for (let first = true; ; first = false) {
    const next = new Map<number, number>();
    for (const [context, mass] of now) {
      const row = table(context);
      for (let letter = 0; letter < alphabet; letter++)
        add(next, extend(context, letter), mass * row[letter]! * (first ? 1 : goingOn));
    }
    const change = [...next].reduce((sum, [context, mass]) => sum + Math.abs(mass - goingOn * (now.get(context) ?? 0)), 0);
    const settled = !first && change < 1e-15;
    for (const [context, mass] of now) add(visits, context, settled ? mass / (1 - goingOn) : mass);
    if (settled) return visits;
    now = next;
  }
}

function entropyOf(visits: Map<number, number>, table: (context: number) => Float64Array, lineLength: number): Entropy {
  let nats = 0;
  for (const [context, expected] of visits) {
    const row = table(context);
    const letter = row.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0);
    nats += expected * (context === 0 ? letter : binaryEntropy(1 / lineLength) + (1 - 1 / lineLength) * letter);
  }
  // The first letter is certain; the number of letters is geometrically distributed with mean lineLength, and the line end follows.
  return entropyOfLines(nats, lineLength + 1);
}

function power(base: number, exponent: number): number {
  let product = 1;
  for (let i = 0; i < exponent; i++) product *= base;
  return product;
}
