import { shortPaths } from '../experiments/config-leaves.js';
import { importanceOf, type KeyImportance } from './importance.js';
import {
  meanLoss,
  type RankedCandidate,
  type ReadyComparison,
  rankedCandidates,
  readyComparison,
  type SeedMean,
} from './ranking.js';
import type { SearchRecord } from './search-record.js';
import { isOnBound, searchSpace } from './search-space.js';
import type { SearchSpace } from './trial.js';

/** What a search has found, for people and programs. */
export interface SearchResult {
  readonly space: SearchSpace;
  /** Short names of the searched keys, in the order of the space. */
  readonly names: readonly string[];
  /** The best first. */
  readonly ranking: readonly RankedCandidate[];
  /** The config as it is, over all its seeds. */
  readonly ready: SeedMean | undefined;
  readonly comparison: ReadyComparison | undefined;
  /** The most important key first; empty for too few candidates. */
  readonly importance: readonly KeyImportance[];
  readonly onBound: readonly BoundOfBest[];
}

/** A value of the best candidate that is on a bound of its range, so that better ones may be beyond it. */
export interface BoundOfBest {
  readonly key: string;
  readonly value: string;
  readonly side: 'lower' | 'upper';
  readonly bound: number;
}

/** Fewer candidates say nothing about keys. */
const FEWEST_CANDIDATES = 4;

/** Short names of the searched keys: the shortest endings by which they differ. */
export const searchedNames = (space: SearchSpace): string[] => shortPaths(space.map(({ key }) => key));

export function searchResult(record: SearchRecord): SearchResult {
  const space = searchSpace(record.setup.search);
  const ranking = rankedCandidates(record);
  const known = record.candidates.filter(({ results }) => Number.isFinite(results[0]?.loss));
  const comparison = readyComparison(record);
  return {
    space,
    names: searchedNames(space),
    ranking,
    ready: record.ready.length > 0 ? meanLoss(record.ready) : undefined,
    comparison,
    importance:
      known.length < FEWEST_CANDIDATES ? [] : [...importanceOf(space, record.candidates)].sort((a, b) => b.share - a.share),
    onBound: ranking[0] === undefined ? [] : boundsOf(space, ranking[0]),
  };
}

function boundsOf(space: SearchSpace, { candidate: { point, changes } }: RankedCandidate): BoundOfBest[] {
  return space.flatMap((dimension, i) => {
    if (dimension.scale === 'choice' || !isOnBound(dimension, point[i]!)) return [];
    const side = point[i]! < 0.5 ? 'lower' : 'upper';
    const { key, low, high } = dimension;
    // Rates, sizes and weights have no values below 0.
    if (side === 'lower' && low === 0) return [];
    return [{ key, value: valueOfChange(changes[i]!), side, bound: side === 'lower' ? low : high } as const];
  });
}

/** The value of a change `key=value`: a word without its quotes. */
export function valueOfChange(change: string): string {
  const text = change.slice(change.indexOf('=') + 1);
  return /^"[^"\\]*"$/.test(text) ? text.slice(1, -1) : text;
}
