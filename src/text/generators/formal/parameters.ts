/** A numeric parameter of a formal corpus; the ends of its range are included. */
export interface CorpusParameter {
  readonly from: number;
  readonly to: number;
  readonly default: number;
  readonly whole: boolean;
  readonly describe: string;
}

const whole = (from: number, to: number, byDefault: number, describe: string) =>
  ({ from, to, default: byDefault, whole: true, describe }) satisfies CorpusParameter;

const alphabet = whole(2, 26, 4, 'Number of letters, a, b, c, ...');

/**
 * The formal corpora and their parameters, read by the command's flags, the config's keys and the generators. The seed of the text is not a
 * parameter of the source; `tableSeed` is, because it determines the source's probabilities.
 */
export const formalCorpora = {
  markov: {
    describe: 'Markov chain: each letter depends on the last few.',
    parameters: {
      order: whole(1, 8, 2, 'Number of preceding letters that a letter depends on.'),
      alphabet,
      lineLength: whole(2, 10_000, 80, 'Mean number of letters in a line.'),
      tableSeed: whole(0, Number.MAX_SAFE_INTEGER, 1, 'Seed of the transition probabilities.'),
    },
  },
  reber: {
    describe: 'Embedded Reber grammar: the last letters of a line repeat a choice made at its beginning.',
    parameters: {
      embeddings: whole(0, 32, 1, 'Levels of embedding; 0 is the plain Reber grammar.'),
    },
  },
  dyck: {
    describe: 'Dyck language: balanced brackets.',
    parameters: {
      pairs: whole(1, 4, 2, 'Kinds of brackets: () [] {} <>.'),
      maximumDepth: whole(1, 1000, 6, 'Largest number of open brackets.'),
      opening: {
        from: 0.01,
        to: 0.99,
        default: 0.5,
        whole: false,
        describe: 'Probability of an opening bracket where a closing one is possible too.',
      },
    },
  },
  copy: {
    describe: 'Copy at a distance: random letters, a delay, the same letters again.',
    parameters: {
      length: whole(1, 1000, 5, 'Number of letters to copy.'),
      distance: whole(0, 10_000, 10, 'Dots between the letters and their copy.'),
      alphabet,
    },
  },
  adding: {
    describe: 'Adding at a distance: random digits, two of them marked, and the sum of these two modulo the base.',
    parameters: {
      length: whole(1, 1000, 5, 'Digits in each half; one in each half is marked.'),
      base: whole(2, 10, 10, 'Digits are 0 to base - 1, and the sum is modulo this.'),
    },
  },
  names: {
    describe: 'Names: one made-up name in each line, whose vowels agree.',
    parameters: {
      maximumSyllables: whole(1, 20, 4, 'Largest number of syllables in a name.'),
      harmony: {
        from: 0.5,
        to: 1,
        default: 0.95,
        whole: false,
        describe: 'Probability that a vowel is of the class of the first vowel of the name.',
      },
    },
  },
} as const satisfies Readonly<
  Record<string, { readonly describe: string; readonly parameters: Readonly<Record<string, CorpusParameter>> }>
>;

export type FormalName = keyof typeof formalCorpora;

export const formalNames = Object.keys(formalCorpora) as [FormalName, ...FormalName[]];

/** The parameters of a formal corpus with all defaults filled in. */
export type FormalParameters<Name extends FormalName> = {
  readonly [Key in keyof (typeof formalCorpora)[Name]['parameters']]: number;
};

/** A formal corpus as a config names it. */
export type FormalCorpus = { [Name in FormalName]: { readonly type: Name } & FormalParameters<Name> }[FormalName];

/** The corpus of that name; parameters that are not given have their defaults. */
export function formalCorpus(type: FormalName, given: Readonly<Record<string, number | undefined>> = {}): FormalCorpus {
  const parameters: [string, CorpusParameter][] = Object.entries(formalCorpora[type].parameters);
  const values = parameters.map(([name, parameter]) => [name, given[name] ?? parameter.default]);
  return { type, ...Object.fromEntries(values) };
}
