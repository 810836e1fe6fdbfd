import type { CorpusGenerator } from '../corpus-generator.js';
import type { FormalParameters } from './parameters.js';
import { entropyOfFiniteLines, lineGenerator, type State, type Transition } from './source.js';

/** Frequencies of letters, relative to each other. */
type Weights = Readonly<Record<string, number>>;

const consonants: Weights = { b: 3, d: 4, f: 1, g: 2, h: 2, j: 1, k: 4, l: 6, m: 6, n: 6, p: 2, r: 5, s: 5, t: 4, v: 2, z: 1 };
/** Consonants after which an r may follow, and those that may stand before another consonant. */
const beforeR: Weights = { b: 3, d: 4, g: 2, k: 4, p: 2, t: 4 };
const beforeConsonant: Weights = { l: 2, n: 4, r: 3, s: 2 };
const afterConsonant: Weights = { d: 4, k: 2, m: 1, t: 5, v: 1 };
/** Consonants at the end of a name. */
const last: Weights = { k: 1, l: 3, m: 1, n: 6, r: 3, s: 4, t: 2 };
const vowels = { front: { e: 5, i: 6, y: 1 }, back: { a: 8, o: 4, u: 2 } } as const;

type Harmony = keyof typeof vowels;

/** Probabilities: a name begins with a vowel, an r follows a consonant, a consonant ends a name, another consonant follows. */
const BEGINS_WITH_VOWEL = 0.2;
const R_FOLLOWS = 0.15;
const CONSONANT_ENDS = 0.3;
const CONSONANT_FOLLOWS = 0.25;
/** Probability that a name ends after a vowel, by the number of its syllables so far; the last one also for more syllables. */
const VOWEL_ENDS = [0.05, 0.45, 0.6, 0.7];

/**
 * Names that were made up, one in each line: syllables of a consonant, possibly an r, and a vowel; between them sometimes two consonants.
 * The vowels of a name are in harmony, as in Finnish or Turkish: each is of the class of the first one, front (e, i, y) or back (a, o, u),
 * with probability `harmony`. A model must remember this class and the number of syllables, and nothing from the names before.
 */
export function namesGenerator({ maximumSyllables, harmony }: FormalParameters<'names'>): CorpusGenerator {
  const states = new Map<string, State>();
  /** The state of that name. It is created when it is reached, once, so that states can be compared. */
  const state = (name: string, transitions: () => readonly Transition[]): State => {
    const known = states.get(name);
    if (known) return known;
    let all: readonly Transition[] | undefined;
    const created: State = () => {
      all ??= transitions().filter(({ probability }) => probability > 0);
      return all;
    };
    states.set(name, created);
    return created;
  };
  const end = (probability: number): Transition => ({ character: '\n', probability, next: line });
  const isIn = (letter: string, weights: Weights) => weights[letter] !== undefined;

  const line: State = state('line', () => [
    ...letters(consonants, 1 - BEGINS_WITH_VOWEL, (letter) => afterOnset(0, undefined, letter), upperCase),
    ...vowel(0, undefined, BEGINS_WITH_VOWEL, upperCase),
  ]);

  /** Vowels of both classes, after so many syllables. The first one determines the harmony of the name. */
  function vowel(count: number, first: Harmony | undefined, share: number, write = asItIs): Transition[] {
    return (['front', 'back'] as const).flatMap((kind) => {
      const probability = first === undefined ? 0.5 : kind === first ? harmony : 1 - harmony;
      return letters(vowels[kind], share * probability, () => afterVowel(count + 1, first ?? kind), write);
    });
  }

  const onlyVowel = (count: number, first: Harmony | undefined): State =>
    state(`vowel ${count} ${first}`, () => vowel(count, first, 1));

  /** After the consonant that begins a name: perhaps an r, and a vowel. */
  const afterOnset = (count: number, first: Harmony | undefined, letter: string): State =>
    state(`onset ${count} ${first} ${isIn(letter, beforeR)}`, () => {
      const r = isIn(letter, beforeR) ? R_FOLLOWS : 0;
      return [{ character: 'r', probability: r, next: onlyVowel(count, first) }, ...vowel(count, first, 1 - r)];
    });

  /** After a vowel that completes this number of syllables. */
  const afterVowel = (count: number, first: Harmony): State =>
    state(`syllable ${count} ${first}`, () => {
      const ends = VOWEL_ENDS[Math.min(count, VOWEL_ENDS.length) - 1]!;
      const possible = count === maximumSyllables ? last : consonants;
      return [end(ends), ...letters(possible, 1 - ends, (letter) => afterConsonantOf(count, first, letter))];
    });

  /** After a consonant within a name, which ends the name or is followed by a consonant, an r or a vowel. */
  const afterConsonantOf = (count: number, first: Harmony, letter: string): State =>
    state(`consonant ${count} ${first} ${letter}`, () => {
      if (count === maximumSyllables) return [end(1)];
      const ends = isIn(letter, last) ? CONSONANT_ENDS : 0;
      const another = isIn(letter, beforeConsonant) ? CONSONANT_FOLLOWS : 0;
      const r = isIn(letter, beforeR) ? R_FOLLOWS : 0;
      const then = onlyVowel(count, first);
      return [
        end(ends),
        ...letters(afterConsonant, another, () => then),
        { character: 'r', probability: r, next: then },
        ...vowel(count, first, 1 - ends - another - r),
      ];
    });

  return lineGenerator('names', line, () => entropyOfFiniteLines(line));
}

const asItIs = (letter: string) => letter;
const upperCase = (letter: string) => letter.toUpperCase();

/** Transitions for letters in proportion to their weights, with this sum of probabilities. */
function letters(weights: Weights, share: number, next: (letter: string) => State, write = asItIs): Transition[] {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return Object.entries(weights).map(([letter, weight]) => ({
    character: write(letter),
    probability: (share * weight) / total,
    next: next(letter),
  }));
}
