import type { WrittenToken } from '../sample/text-writer.js';
import { countCodePoints } from '../text/code-points.js';
import type { TokenLogprobs } from './answer-schemas.js';
import type { TokenLikelihood } from './row-tasks.js';

/** Stands for the logarithm of probabilities that are 0 in float64: JSON has no infinity. */
const LEAST = -9999;

const finite = (logProbability: number) => Math.max(logProbability, LEAST);

/** A token of an answer, at its place in the text. */
interface PlacedToken extends TokenLikelihood {
  readonly offset: number;
}

/** Collects the log-probabilities of a text's tokens. */
export interface LogprobLog {
  /** A token that adds `text` to the returned text. */
  add(token: TokenLikelihood, text: string): void;
  written(token: WrittenToken): void;
  /**
   * The tokens that begin before this place of the returned text and were not taken before. The others wait, because a stop string may
   * remove them.
   */
  take(before: number): TokenLogprobs;
}

/**
 * @param nameOf the name of a token in answers
 * @param offset characters of the returned text before the first token
 */
export function createLogprobLog(nameOf: (id: number) => string, offset = 0): LogprobLog {
  const waiting: PlacedToken[] = [];
  let next = offset;
  const add = (token: TokenLikelihood, text: string) => {
    waiting.push({ ...token, offset: next });
    next += countCodePoints(text);
  };
  return {
    add,
    written({ id, text, probability, alternatives }) {
      const others = alternatives.map((other) => ({ id: other.id, logProbability: Math.log(other.probability) }));
      add({ id, logProbability: Math.log(probability), alternatives: others }, text);
    },
    take(before) {
      const end = waiting.findIndex((token) => token.offset >= before);
      const taken = waiting.splice(0, end < 0 ? waiting.length : end);
      return {
        tokens: taken.map(({ id }) => nameOf(id)),
        token_logprobs: taken.map(({ logProbability }) => (logProbability === undefined ? null : finite(logProbability))),
        top_logprobs: taken.map((token) => topOf(token, nameOf)),
        text_offset: taken.map((token) => token.offset),
      };
    },
  };
}

/** The most likely tokens, and the token itself. */
function topOf({ id, logProbability, alternatives }: TokenLikelihood, nameOf: (id: number) => string) {
  if (logProbability === undefined) return null;
  return Object.fromEntries(
    [...alternatives, { id, logProbability }].map((one) => [nameOf(one.id), finite(one.logProbability)]),
  );
}
