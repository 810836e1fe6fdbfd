/** A random sample of Stryker's mutants. Stryker itself has no such option. */
import { Instrumenter } from '@stryker-mutator/instrumenter';

/**
 * From now on Stryker tests its mutants in a random order, and only the first `count` of them; the others have the status 'Ignored'.
 *
 * @param {number} count how many mutants are tested; Infinity: all
 * @param {number} seed of the order
 */
export function sampleMutants(count, seed) {
  const instrument = Instrumenter.prototype.instrument;
  Instrumenter.prototype.instrument = async function (files, options) {
    const result = await instrument.call(this, files, options);
    const mutants = shuffled(result.mutants, seed).map((mutant, index) =>
      index < count ? mutant : Object.assign(mutant, { status: 'Ignored', statusReason: NOT_IN_SAMPLE }),
    );
    process.stdout.write(
      `${mutants.length} mutants, of which ${Math.min(count, mutants.length)} are tested (--seed ${seed})\n`,
    );
    return { files: result.files, mutants };
  };
}

/** The reason that a mutant outside of the sample has for its status 'Ignored'. */
export const NOT_IN_SAMPLE = 'not in the sample';

/**
 * Fisher and Yates's shuffle, with the generator mulberry32.
 *
 * @template T
 * @param {readonly T[]} items
 * @param {number} seed
 */
function shuffled(items, seed) {
  const result = [...items];
  let state = seed;
  for (let i = result.length - 1; i > 0; i--) {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    const j = Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * (i + 1));
    const item = /** @type {T} */ (result[i]);
    result[i] = /** @type {T} */ (result[j]);
    result[j] = item;
  }
  return result;
}
