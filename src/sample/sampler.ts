import { checkNumber, type NumberRange } from '../foundation/arguments.js';
import type { Random } from '../foundation/random.js';
import { createCandidates, exclude, refill, restrict } from './candidates.js';
import type { Penalties } from './penalties.js';
import { drawAtTemperature } from './temperature.js';
import { type TokenFilterOptions, tokenFilters } from './token-filters.js';

/** How the next token is chosen. Absent options change nothing: without any, tokens are drawn from the model's distribution. */
export interface SamplingOptions extends TokenFilterOptions {
  /** At least 0; 0 always chooses the most probable token. Default 1. */
  readonly temperature?: number | undefined;
}

export const temperatureRange: NumberRange = { from: 0 };

/** Further restrictions on the next token, which change from token to token. */
export interface Restrictions {
  /** Changes a copy of the logits; the model's logits are not changed. */
  readonly penalties?: Penalties | undefined;
  /** Ids that are allowed now; undefined: all. The array is not stored. */
  readonly allowed?: (() => Int32Array) | undefined;
  /** An id that is not allowed now, even if `allowed` contains it; undefined: none. If it is the only one allowed, it is still chosen. */
  readonly excluded?: (() => number | undefined) | undefined;
}

/** Chooses the next token from the logits for which it was created. Allocates nothing. */
export type Sampler = (random: Random) => number;

/**
 * Creates a sampler. A token is chosen step by step, in llama.cpp's order: tokens that are not allowed are removed; then penalties apply;
 * then the filters in the order of their registry, each on the result of the previous one; and the temperature last. So a high temperature
 * flattens the distribution of the remaining tokens, but does not admit others.
 *
 * @param logits [V], read in place at every call
 * @throws UserError `usage` for an option out of its range; when called, UserError `model` for logits that are not numbers
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
