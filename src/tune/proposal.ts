import { createRandom } from '../foundation/random.js';
import { logExpectedImprovement } from './expected-improvement.js';
import type { LossModel } from './loss-model.js';
import { inputsOf } from './search-space.js';
import { scrambledSobol } from './sobol.js';
import type { SearchJob, SearchPoint, SearchSettings, Trial } from './trial.js';

/** Candidates that come from the Sobol sequence before the model is asked: at least, and for each dimension. */
const FIRST = 4;
const FIRST_PER_DIMENSION = 2;
/** Of every so many candidates one comes from the Sobol sequence, so that no mistake of the model lasts. */
const SOBOL_EVERY = 8;
/** Points among which the best one is chosen: anywhere, and near each of the best known ones. */
const ANYWHERE = 256;
const NEAR_EACH = 48;
const NEIGHBOURHOODS = 4;
/** Standard deviations of the steps from a known point. */
const steps = [0.2, 0.07, 0.02] as const;

/**
 * Share of the deviation that counts in the expected improvement. A search has few trainings, and the rungs and the Sobol points explore
 * already: with the whole deviation it learned about places that it had no time to use.
 */
const CURIOSITY = 0.4;

const randomStream = 0x7e57;

/**
 * The point of the next candidate: first points of a scrambled Sobol sequence, then the point from which the model expects the largest
 * improvement at the last rung. Points that give the config of an earlier candidate are left out while there are others.
 */
export function proposal(
  settings: SearchSettings,
  trials: readonly Trial[],
  running: readonly SearchJob[],
  model: () => LossModel | undefined,
): SearchPoint {
  const { space } = settings;
  const keyOf = (point: SearchPoint) => String(inputsOf(space, point));
  const tried = new Set([...trials, ...running].map(({ point }) => keyOf(point)));
  const number = nextNumber(trials, running);
  const isFirst = number < FIRST + FIRST_PER_DIMENSION * space.length || number % SOBOL_EVERY === SOBOL_EVERY - 1;
  const known = isFirst ? undefined : model();
  const isNew = (point: SearchPoint) => !tried.has(keyOf(point));
  const even = () => evenPoint(settings, number, isNew);
  if (known === undefined) return even();
  const best = known.seen[0]!.mean;
  let chosen: SearchPoint | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  for (const point of places(settings, number, known)) {
    if (!isNew(point)) continue;
    tried.add(keyOf(point));
    const { mean, deviation } = known.predict(inputsOf(space, point));
    const gain = logExpectedImprovement(mean, CURIOSITY * deviation, best);
    if (gain > highest) [chosen, highest] = [point, gain];
  }
  return chosen ?? even();
}

/** The number of the next candidate. */
export function nextNumber(trials: readonly Trial[], running: readonly SearchJob[]): number {
  return 1 + Math.max(-1, ...trials.map(({ number }) => number), ...running.map(({ trial }) => trial));
}

/** The first new point of the Sobol sequence from this number on, if one is near. */
function evenPoint({ space, seed }: SearchSettings, number: number, isNew: (point: SearchPoint) => boolean): SearchPoint {
  for (let i = number; i < number + 256; i++) {
    const point = scrambledSobol(i, space.length, seed);
    if (isNew(point)) return point;
  }
  return scrambledSobol(number, space.length, seed);
}

/** Points anywhere in the space, and near the best known ones. */
function places({ space, seed }: SearchSettings, number: number, { seen }: LossModel): SearchPoint[] {
  const random = createRandom(seed, randomStream + number);
  const anywhere = Array.from({ length: ANYWHERE }, (_, i) => scrambledSobol(i, space.length, seed + 1 + number));
  const near = seen.slice(0, NEIGHBOURHOODS).flatMap(({ inputs }) =>
    Array.from({ length: NEAR_EACH }, (_, i) =>
      space.map((dimension, d) => {
        if (dimension.scale !== 'choice') return inside(inputs[d]! + steps[i % steps.length]! * random.normal());
        return random.uniform() < 0.8 ? (inputs[d]! + 0.5) / dimension.values.length : random.uniform();
      }),
    ),
  );
  return [...anywhere, ...near];
}

const inside = (coordinate: number) => Math.min(1 - 1e-9, Math.max(1e-9, coordinate));
