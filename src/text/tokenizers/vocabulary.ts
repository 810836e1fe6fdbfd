import { UserError } from '../../foundation/errors.js';
import { optional, type ValuesOf, wholeNumberOption } from '../../foundation/options.js';
import { compareCodePoints } from '../code-points.js';

/** Stands for every token that is not in the vocabulary. */
export const UNKNOWN = '<unk>';

/** Stands for the end of a document, or of a line. */
export const END = '<eos>';

/** Distinct tokens that may be counted or kept; a Map cannot hold many more. */
export const MAXIMUM_TOKENS = 16_000_000;

/** The tokens of a model, each with its id: its position in `tokens`. */
export interface Vocabulary {
  readonly tokens: readonly string[];
  readonly size: number;
  /** Id of `<unk>`, when the vocabulary has it. */
  readonly unknownId?: number;
  idOf(token: string): number | undefined;
  /** @throws UserError `data` for an id that is not in the vocabulary. */
  tokenOf(id: number): string;
}

/** A vocabulary of these tokens, which must differ from one another. */
export function createVocabulary(tokens: readonly string[]): Vocabulary {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  if (ids.size !== tokens.length) throw new Error('a token stands in the vocabulary twice');
  const unknownId = ids.get(UNKNOWN);
  return {
    tokens,
    size: tokens.length,
    ...(unknownId !== undefined && { unknownId }),
    idOf: (token) => ids.get(token),
    tokenOf(id) {
      const token = tokens[id];
      if (token === undefined) throw foreignId(id, tokens.length);
      return token;
    },
  };
}

/** Options of a vocabulary that is made from a text. */
export const vocabularyOptions = {
  minimumCount: wholeNumberOption(
    1,
    1_000_000_000,
    1,
    'Tokens seen fewer times in the training text become <unk>; with 1 every token is kept.',
  ),
  maximumSize: optional(
    wholeNumberOption(3, 10_000_000, 0, 'Largest vocabulary, <unk> and the like included; the most frequent tokens are kept.'),
    'no limit',
  ),
};

export type VocabularyLimits = Partial<ValuesOf<typeof vocabularyOptions>>;

/**
 * Chooses the vocabulary of a training text from the counts of its tokens: special tokens first, then by falling count, equal
 * counts by code point, so that the same text always gives the same ids.
 *
 * `<unk>` is put in front of `specials` if it is not among them and the limits ask for it: with a `minimumCount` above 1, or
 * when `maximumSize` leaves something out. Otherwise the training text could not teach the model what `<unk>` is.
 *
 * @param counts times that each token is seen; special tokens are in the vocabulary whatever their count.
 * @param unit what a token is, for messages: 'character' or 'word'.
 * @throws UserError 'data' when no token is left, 'usage' when `maximumSize` has room for special tokens only.
 */
export function buildVocabulary(
  counts: Iterable<readonly [token: string, count: number]>,
  specials: readonly string[],
  limits: VocabularyLimits,
  unit: string,
): Vocabulary {
  const { minimumCount = 1, maximumSize = MAXIMUM_TOKENS } = limits;
  const seen = [...counts].filter(([token]) => !specials.includes(token));
  const frequent = seen.filter(([, count]) => count >= minimumCount);
  if (seen.length === 0) throw new UserError('data', `the training text has no ${unit}s`);
  if (frequent.length === 0) {
    throw new UserError('data', `no ${unit} is seen ${minimumCount} times in training; lower tokenizer.minimumCount`);
  }
  const cut = minimumCount > 1 || frequent.length + specials.length > maximumSize;
  const first = cut && !specials.includes(UNKNOWN) ? [UNKNOWN, ...specials] : specials;
  if (maximumSize <= first.length) {
    const taken = first.join(' and ');
    throw new UserError(
      'usage',
      `tokenizer.maximumSize ${maximumSize} leaves no room beside ${taken}; set ${first.length + 1} or more`,
    );
  }
  frequent.sort(([a, countA], [b, countB]) => countB - countA || compareCodePoints(a, b));
  const kept = frequent.slice(0, maximumSize - first.length).map(([token]) => token);
  return createVocabulary([...first, ...kept]);
}

/** Counts a token that may be a slice of a text: the text can go when it is counted. */
export function countToken(counts: Map<string, number>, token: string): void {
  const count = counts.get(token);
  if (count === undefined) counts.set(detach(token), 1);
  else counts.set(token, count + 1);
}

/** A copy that shares no memory with the text it was sliced from: V8 would keep the whole corpus for one long word. JSON keeps every UTF-16 unit. */
const detach = (token: string): string => JSON.parse(JSON.stringify(token));

export function foreignId(id: number, size: number): UserError {
  return new UserError('data', `token id ${id} is not in the vocabulary, whose ids are 0 to ${size - 1}`);
}
