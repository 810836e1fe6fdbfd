import { checkNumber, countRange, type NumberRange } from '../foundation/arguments.js';
import type { Random } from '../foundation/random.js';
import { createCandidates, exclude, refill, restrict } from './candidates.js';
import type { Penalties } from './penalties.js';
import { drawAtTemperature } from './temperature.js';
import { keepMinP, keepNucleus, keepTopK } from './token-filters.js';

/** How the next token is chosen. What is absent changes nothing: without any, tokens are drawn as the model predicts them. */
export interface SamplingOptions {
  /** At least 0; 0 always takes the likeliest token. Default 1. */
  readonly temperature?: number | undefined;
  /** How many of the likeliest tokens stay, at least 1. */
  readonly topK?: number | undefined;
  /** Probability of the nucleus that stays, above 0 and at most 1. */
  readonly topP?: number | undefined;
  /** Least probability that stays, as a share of the likeliest token's, from 0 to 1. */
  readonly minP?: number | undefined;
}

/** What each of the options may be. */
export const samplingRanges = {
  temperature: { from: 0 },
  topK: countRange,
  topP: { above: 0, to: 1 },
  minP: { from: 0, to: 1 },
} as const satisfies Record<keyof SamplingOptions, NumberRange>;

/** What else decides about the next token: it changes from one token of a text to the next. */
export interface Restrictions {
  /** Changes a copy of the logits; the logits themselves stay as the model gave them. */
  readonly penalties?: Penalties | undefined;
  /** Ids that may come now; undefined: all. Their array is not kept. */
  readonly allowed?: (() => Int32Array) | undefined;
  /** An id that may not come now, even if it is allowed; undefined: none. A token that is the only one allowed comes nevertheless. */
  readonly excluded?: (() => number | undefined) | undefined;
}

/** Chooses the next token from the logits that it was made for. Allocates nothing. */
export type Sampler = (random: Random) => number;

/**
 * Choosing a token, step by step, in llama.cpp's order: what is not allowed goes, then penalties, top-k, top-p, min-p, each on what
 * the one before has left, and the temperature at the end. So a high temperature flattens the choice among the tokens that
 * stay, and lets no others in.
 *
 * @param logits [V], read in place at every call.
 * @throws UserError `usage` for an option out of its range; when called, UserError `model` for logits that are not numbers.
 */
export function createSampler(logits: Float32Array, options: SamplingOptions, restrictions: Restrictions = {}): Sampler {
  const { temperature = 1, topK = logits.length, topP = 1, minP = 0 } = options;
  const { penalties, allowed, excluded } = restrictions;
  checkNumber('temperature', temperature, samplingRanges.temperature);
  checkNumber('topK', topK, samplingRanges.topK);
  checkNumber('topP', topP, samplingRanges.topP);
  checkNumber('minP', minP, samplingRanges.minP);
  const penalized = penalties && new Float32Array(logits.length);
  const candidates = createCandidates(penalized ?? logits);
  return (random) => {
    if (penalized) {
      penalized.set(logits);
      penalties.apply(penalized);
    }
    refill(candidates);
    if (allowed) restrict(candidates, allowed());
    const unwanted = excluded?.();
    if (unwanted !== undefined) exclude(candidates, unwanted);
    keepTopK(candidates, topK);
    keepNucleus(candidates, topP);
    keepMinP(candidates, minP);
    return drawAtTemperature(candidates, temperature, random);
  };
}
