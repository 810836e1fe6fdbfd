/** A random sample of Stryker's mutants. Stryker itself has no such option. */
import { Instrumenter } from '@stryker-mutator/instrumenter';

/**
 * From now on Stryker tests its mutants in a random order, and only the first `count` of them. The source is instrumented only where these
 * are: code with all its mutants is several times slower.
 *
 * @param {number} count how many mutants are tested; Infinity: all
 * @param {number} seed of the order
 */
export function sampleMutants(count, seed) {
  const instrument = Instrumenter.prototype.instrument;
  Instrumenter.prototype.instrument = async function (files, options) {
    const all = (await instrument.call(this, files, options)).mutants;
    const places = shuffled(all, seed).slice(0, count).map(placeOf);
    process.stdout.write(`${all.length} mutants, of which ${places.length} are tested (--seed ${seed})\n`);

    /** @type {Map<string, import('@stryker-mutator/api/core').Location[]>} */
    const ranges = new Map();
    for (const { mutant } of places) ranges.set(mutant.fileName, [...(ranges.get(mutant.fileName) ?? []), mutant.location]);
    const narrowed = files.map((file) => ({ ...file, mutate: ranges.get(file.name) ?? false }));
    const result = await instrument.call(this, narrowed, options);

    // A range holds the smaller mutants inside of it, too.
    const instrumented = new Map(result.mutants.map((mutant) => [placeOf(mutant).place, mutant]));
    const sample = places.flatMap(({ place }) => instrumented.get(place) ?? []);
    if (sample.length < places.length) throw new Error(`${places.length - sample.length} mutants of the sample are missing`);
    const others = result.mutants.filter((mutant) => !sample.includes(mutant));
    for (const mutant of others) Object.assign(mutant, { status: 'Ignored', statusReason: NOT_IN_SAMPLE });
    return { files: result.files, mutants: [...sample, ...others] };
  };
}

/** The reason that a mutant outside of the sample has for its status 'Ignored'. */
export const NOT_IN_SAMPLE = 'not in the sample';

/** @param {import('@stryker-mutator/api/core').Mutant} mutant */
function placeOf(mutant) {
  const { fileName, location, mutatorName, replacement } = mutant;
  return { mutant, place: JSON.stringify([fileName, location, mutatorName, replacement]) };
}

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
