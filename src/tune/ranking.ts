import { type Candidate, latestResult, type SearchRecord, type SeedResult } from './search-record.js';

/** Candidates that are trained with further seeds. */
const FINALISTS = 3;
/** Further seeds. The first seed of all trainings is that of the config. */
const FURTHER_SEEDS = 2;

/** A candidate with its results, and its place. */
export interface RankedCandidate {
  readonly candidate: Candidate;
  /** The highest rung that it has reached, and its loss there. */
  readonly rung: number;
  readonly loss: number;
  /** Whole trainings with further seeds: their number, and the mean and the standard deviation of their losses. */
  readonly repeated: SeedMean | undefined;
}

export interface SeedMean {
  readonly count: number;
  readonly mean: number;
  /** Undefined for a single training. */
  readonly deviation: number | undefined;
}

/** Seeds with which the finalists and the config are repeated. */
export const furtherSeeds = ({ setup: { seed } }: SearchRecord): number[] =>
  Array.from({ length: FURTHER_SEEDS }, (_, i) => seed + i + 1);

/** The candidates that are trained to the end and repeated: the best of the highest rungs. */
export function finalists(record: SearchRecord): Candidate[] {
  return reached(record)
    .filter(({ loss }) => Number.isFinite(loss))
    .slice(0, FINALISTS)
    .map(({ candidate }) => candidate);
}

/**
 * The candidates from the best to the worst: those with repetitions first, by the mean of these, because the loss of the seed with which a
 * candidate was chosen favours it; then by the highest rung that they reached, and their loss there.
 */
export function rankedCandidates(record: SearchRecord): RankedCandidate[] {
  const isWhole = ({ rung }: RankedCandidate) => rung === record.setup.rungs.length - 1;
  const ranked = reached(record);
  const isRepeated = (one: RankedCandidate) => isWhole(one) && one.repeated !== undefined;
  const repeated = ranked.filter(isRepeated).sort((a, b) => compareLosses(a.repeated!.mean, b.repeated!.mean));
  return [...repeated, ...ranked.filter((one) => !isRepeated(one))];
}

/** By the highest rung, then by the loss there, then by number. */
function reached(record: SearchRecord): RankedCandidate[] {
  return record.candidates
    .flatMap((candidate) => {
      const latest = latestResult(candidate);
      if (latest === undefined) return [];
      const repeats = record.repeats.get(candidate.number);
      return [{ candidate, ...latest, repeated: repeats && meanLoss(repeats) }];
    })
    .sort((a, b) => b.rung - a.rung || compareLosses(a.loss, b.loss));
}

/** Infinite losses are equal. */
const compareLosses = (a: number, b: number) => (a === b ? 0 : a - b);

export function meanLoss(results: readonly SeedResult[]): SeedMean {
  const losses = results.map(({ loss }) => loss);
  const deviation = losses.length < 2 ? undefined : Math.sqrt(squares(losses) / (losses.length - 1));
  return { count: losses.length, mean: mean(losses), deviation };
}

/** The best candidate compared with the config as it is. Losses are in nats per token. */
export interface ReadyComparison {
  /** Loss of the config minus that of the candidate: positive where the candidate is better. */
  readonly gain: number;
  /** Half of the 95% interval of the gain; undefined where the spread of the seeds is not known. */
  readonly margin: number | undefined;
  /** `better` only where the whole interval is above 0. */
  readonly verdict: 'better' | 'unclear' | 'stands';
}

/**
 * Compares the best candidate with the config, both trained to the end. The seed by which the candidate was chosen does not count for the
 * gain where it was trained with others, because its loss there favours it; all seeds of the config count. It counts for the spread of the
 * seeds, which it can only make look larger. The interval is that of Student's t test for two groups of equal variance.
 *
 * @returns undefined where no candidate was trained to the end, or the config was not
 */
export function readyComparison(record: SearchRecord): ReadyComparison | undefined {
  const [best] = rankedCandidates(record);
  const ready = record.ready.map(({ loss }) => loss);
  if (best === undefined || best.rung < record.setup.rungs.length - 1 || ready.length === 0) return undefined;
  const repeats = record.repeats.get(best.candidate.number) ?? [];
  if (repeats.length === 0)
    return comparison((record.ready.find(({ seed }) => seed === record.setup.seed)?.loss ?? ready[0]!) - best.loss);
  const own = repeats.map(({ loss }) => loss);
  const gain = mean(ready) - mean(own);
  if (!Number.isFinite(gain)) return comparison(gain);
  const seeds = [best.loss, ...own];
  const freedom = ready.length + seeds.length - 2;
  const variance = (squares(ready) + squares(seeds)) / freedom;
  const quantile = QUANTILES[Math.min(freedom, QUANTILES.length) - 1]!;
  return comparison(gain, quantile * Math.sqrt(variance * (1 / ready.length + 1 / own.length)));
}

function comparison(gain: number, margin?: number): ReadyComparison {
  const isAbove = margin === undefined ? gain === Number.POSITIVE_INFINITY : gain > margin;
  return { gain, margin, verdict: isAbove ? 'better' : gain > 0 ? 'unclear' : 'stands' };
}

/** The 97.5% quantiles of Student's t distribution for 1, 2, ... degrees of freedom. */
const QUANTILES = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306];

const mean = (losses: readonly number[]) => losses.reduce((sum, loss) => sum + loss, 0) / losses.length;

/** The sum of the squared deviations from the mean. */
function squares(losses: readonly number[]): number {
  const middle = mean(losses);
  return losses.reduce((sum, loss) => sum + (loss - middle) * (loss - middle), 0);
}
