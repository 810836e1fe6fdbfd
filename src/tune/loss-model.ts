import { fitProcess } from './fit-process.js';
import { condition, type GaussianProcess, type Observation, observedPlaces } from './gaussian-process.js';
import { inputsOf } from './search-space.js';
import type { SearchJob, SearchSpace, Trial } from './trial.js';

/** The most results that the model reads: its work grows with their cube. */
const MOST = 80;
/** The fewest results from which it is made. */
const LEAST = 3;

/** The first candidates, whose median says what a bad loss is. */
const SPREAD = 12;

/** What is expected of points at the highest rung that has results, from those of all rungs; in logarithms of losses, up to a constant. */
export interface LossModel {
  /** Inputs of the points that have results, each once, the best expected one first. */
  readonly seen: readonly { readonly inputs: readonly number[]; readonly mean: number }[];
  predict(inputs: readonly number[]): { readonly mean: number; readonly deviation: number };
}

/** The space, and the number of rungs. */
interface SearchedLosses {
  readonly space: SearchSpace;
  readonly rungs: number;
}

/**
 * A Gaussian process of all results.
 * @param running are taken to end with the losses that the process expects
 * @returns undefined where there are too few results
 */
export function lossModel(
  { space, rungs }: SearchedLosses,
  trials: readonly Trial[],
  running: readonly SearchJob[],
): LossModel | undefined {
  const observations = observationsOf(space, rungs, trials);
  if (observations.length < LEAST) return undefined;
  const isChoice = space.map(({ scale }) => scale === 'choice');
  const fitted = fitProcess(observedPlaces(observations, isChoice));
  const expected = running.map(({ point, rung }) => {
    const x = inputsOf(space, point);
    return { x, rung, y: fitted.predict(x, rung).mean };
  });
  const process: GaussianProcess =
    (expected.length > 0 && condition(observedPlaces([...observations, ...expected], isChoice), fitted.hyperparameters)) ||
    fitted;
  const highest = Math.max(...observations.map(({ rung }) => rung));
  const points = new Map(observations.map(({ x }) => [String(x), x]));
  return {
    seen: [...points.values()]
      .map((inputs) => ({ inputs, mean: process.predict(inputs, highest).mean }))
      .sort((a, b) => a.mean - b.mean),
    predict: (inputs) => process.predict(inputs, highest),
  };
}

/**
 * The results as the model reads them: logarithms of losses. What is far worse than the best of its rung counts as `limitOf` worse, and so does
 * a training that diverged: how bad a bad candidate is, does not matter.
 */
function observationsOf(space: SearchSpace, rungs: number, trials: readonly Trial[]): Observation[] {
  const limit = limitOf(trials);
  const all = Array.from({ length: rungs }, (_, i) => i).flatMap((rung) => {
    const reached = trials.filter(({ results }) => results[rung] !== undefined);
    const losses = logLosses(reached, rung);
    if (losses.length === 0) return [];
    const cap = Math.min(losses.at(-1)!, losses[0]! + limit);
    return reached.map(({ point, results }) => {
      const { loss } = results[rung]!;
      return { x: inputsOf(space, point), rung, y: Number.isFinite(loss) ? Math.min(cap, logLoss(loss)) : cap };
    });
  });
  if (all.length <= MOST) return all;
  // The highest rungs first, and of the first rung the best and then others evenly.
  const sorted = all.toSorted((a, b) => b.rung - a.rung || a.y - b.y);
  const sure = sorted.slice(0, Math.floor((MOST * 2) / 3));
  const rest = sorted.slice(sure.length);
  const count = MOST - sure.length;
  return [...sure, ...Array.from({ length: count }, (_, i) => rest[Math.floor((i * rest.length) / count)]!)];
}

/**
 * Twice the distance of the median from the best at the first rung. The median is that of the first candidates, which are spread over the space:
 * later ones are near the best, and the distance would shrink until nothing is bad any more.
 */
function limitOf(trials: readonly Trial[]): number {
  const first = logLosses(trials.toSorted((a, b) => a.number - b.number).slice(0, SPREAD), 0);
  const [best] = logLosses(trials, 0);
  return best === undefined || first.length < 4 ? Number.POSITIVE_INFINITY : 2 * (first[first.length >> 1]! - best);
}

/** Ascending; without those of trainings that diverged. */
function logLosses(trials: readonly Trial[], rung: number): number[] {
  const losses = trials.flatMap(({ results }) => results[rung]?.loss ?? []).filter((loss) => Number.isFinite(loss));
  return losses.map(logLoss).sort((a, b) => a - b);
}

/** Losses are never negative; one of zero has no logarithm. */
const logLoss = (loss: number) => Math.log(Math.max(1e-6, loss));
