import { UserError } from '../../foundation/errors.js';
import { optional, type ValuesOf, wholeNumberOption } from '../../foundation/options.js';
import { compareCodePoints } from '../code-points.js';

/** Replaces every token that is not in the vocabulary. */
export const UNKNOWN = '<unk>';

/** Marks the end of a document, or of a line. */
export const END = '<eos>';

/** The most distinct tokens that are counted or stored; a Map cannot contain many more. */
export const MAXIMUM_TOKENS = 16_000_000;

/** The tokens of a model. The id of a token is its index in `tokens`. */
export interface Vocabulary {
  readonly tokens: readonly string[];
  readonly size: number;
  /** Id of `<unk>`, if the vocabulary has it. */
  readonly unknownId?: number;
  idOf(token: string): number | undefined;
  /** @throws UserError `data` for an id that is not in the vocabulary. */
  tokenOf(id: number): string;
}

/** A vocabulary of these tokens, which must be different. */
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

/** Options of a vocabulary that is built from a text. */
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
 * Chooses the vocabulary of a training text from the counts of its tokens: special tokens first, then by decreasing count, equal counts by
 * code point, so that the same text always gives the same ids.
 *
 * `<unk>` is added before `specials` if it is not among them and the limits require it: with a `minimumCount` above 1, or when
 * `maximumSize` excludes tokens. Otherwise no training text would contain `<unk>`, and the model could not learn it.
 *
 * @param counts the occurrences of each token; special tokens are in the vocabulary regardless of their counts
 * @param unit the kind of token, for messages: 'character' or 'word'
 * @throws UserError 'data' when no token is left, 'usage' when `maximumSize` leaves room only for special tokens
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

/** Counts a token that may be a slice of a text, without keeping the text in memory. */
export function countToken(counts: Map<string, number>, token: string): void {
  const count = counts.get(token);
  if (count === undefined) counts.set(detach(token), 1);
  else counts.set(token, count + 1);
}

/**
 * A copy that shares no memory with the text it was sliced from: V8 would keep the whole corpus in memory for one long word. JSON preserves
 * every UTF-16 unit.
 */
const detach = (token: string): string => JSON.parse(JSON.stringify(token));

export function foreignId(id: number, size: number): UserError {
  return new UserError('data', `token id ${id} is not in the vocabulary, whose ids are 0 to ${size - 1}`);
}
