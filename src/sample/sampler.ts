import { checkNumber, type NumberRange } from '../foundation/arguments.js';
import type { Random } from '../foundation/random.js';
import { createCandidates, exclude, refill, restrict } from './candidates.js';
import type { Penalties } from './penalties.js';
import { drawAtTemperature } from './temperature.js';
import { type TokenFilterOptions, tokenFilters } from './token-filters.js';

/** How the next token is chosen. What is absent changes nothing: without any, tokens are drawn as the model predicts them. */
export interface SamplingOptions extends TokenFilterOptions {
  /** At least 0; 0 always takes the likeliest token. Default 1. */
  readonly temperature?: number | undefined;
}

export const temperatureRange: NumberRange = { from: 0 };

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
 * Choosing a token, step by step, in llama.cpp's order: what is not allowed goes, then penalties, the filters in the order of their
 * registry, each on what the one before has left, and the temperature at the end. So a high temperature flattens the choice among the tokens that
 * stay, and lets no others in.
 *
 * @param logits [V], read in place at every call.
 * @throws UserError `usage` for an option out of its range; when called, UserError `model` for logits that are not numbers.
 */
export function createSampler(logits: Float32Array, options: SamplingOptions, restrictions: Restrictions = {}): Sampler {
  const { temperature = 1 } = options;
  const { penalties, allowed, excluded } = restrictions;
  checkNumber('temperature', temperature, temperatureRange);
  const filters = tokenFilters.flatMap(({ name, range, keep }) => {
    const value = options[name];
    if (value === undefined) return [];
    checkNumber(name, value, range);
    return [() => keep(candidates, value)];
  });
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
    for (let i = 0; i < filters.length; i++) filters[i]!();
    return drawAtTemperature(candidates, temperature, random);
  };
}
