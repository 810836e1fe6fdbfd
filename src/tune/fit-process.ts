import { condition, type GaussianProcess, type KernelParameters, type ObservedPlaces } from './gaussian-process.js';

const shortest = 0.05;
const longest = 8;

/** Where the search begins, which is also where the priors have their maxima. */
const typical = { length: 0.5, correlation: 0.9, noise: 0.01 };

/** Logit of the correlation and logarithms of the other numbers: the scale on which they are searched. */
interface Position {
  readonly lengths: readonly number[];
  readonly correlation: number;
  readonly noise: number;
}

/** Largest step of the search, and the step at which it ends. */
const FIRST_STEP = 1.2;
const LAST_STEP = 0.5;

/**
 * The process with the most probable hyperparameters: the likelihood times wide priors. It is found by steps along one hyperparameter at a
 * time that become shorter, from the same start each time, so that equal observations give equal results.
 */
export function fitProcess(places: ObservedPlaces): GaussianProcess {
  let at: Position = {
    lengths: places.isChoice.map(() => Math.log(typical.length)),
    correlation: logit(typical.correlation),
    noise: Math.log(typical.noise),
  };
  let process = condition(places, hyperparametersAt(at));
  let best = scoreOf(process, at);
  for (let step = FIRST_STEP; step >= LAST_STEP; ) {
    let improved = false;
    for (const move of movesFrom(at.lengths.length)) {
      for (const sign of [1, -1]) {
        const next = move(at, sign * step);
        const other = condition(places, hyperparametersAt(next));
        const score = scoreOf(other, next);
        if (score <= best) continue;
        [at, process, best, improved] = [next, other, score, true];
        break;
      }
    }
    if (!improved) step /= 2;
  }
  if (process === undefined) throw new Error('the covariance of the search is not positive definite');
  return process;
}

function movesFrom(dimensions: number): ((at: Position, by: number) => Position)[] {
  return [
    ...Array.from({ length: dimensions }, (_, moved) => (at: Position, by: number) => ({
      ...at,
      lengths: at.lengths.map((value, i) =>
        i === moved ? Math.min(Math.log(longest), Math.max(Math.log(shortest), value + by)) : value,
      ),
    })),
    (at, by) => ({ ...at, correlation: at.correlation + by }),
    (at, by) => ({ ...at, noise: Math.max(Math.log(1e-5), at.noise + by) }),
  ];
}

function hyperparametersAt({ lengths, correlation, noise }: Position): KernelParameters {
  return { lengths: lengths.map(Math.exp), correlation: 1 / (1 + Math.exp(-correlation)), noise: Math.exp(noise) };
}

/** The logarithm of the likelihood times normal priors on the scale of the search. */
function scoreOf(process: GaussianProcess | undefined, at: Position): number {
  if (process === undefined) return Number.NEGATIVE_INFINITY;
  const prior = [
    ...at.lengths.map((value) => square((value - Math.log(typical.length)) / 1.2)),
    square((at.correlation - logit(typical.correlation)) / 1.2),
    square((at.noise - Math.log(typical.noise)) / 2),
  ];
  return process.logLikelihood - 0.5 * prior.reduce((sum, value) => sum + value, 0);
}

const logit = (p: number) => Math.log(p / (1 - p));
const square = (x: number) => x * x;
