/** A value that the search varies: a key of the config and what it may be. */
export type SearchDimension =
  | {
      readonly key: string;
      readonly scale: 'linear' | 'log' | 'integer' | 'log-integer';
      readonly low: number;
      readonly high: number;
    }
  /** In the order in which they are given; as YAML. */
  | { readonly key: string; readonly scale: 'choice'; readonly values: readonly string[] };

export type SearchSpace = readonly SearchDimension[];

/** A point of the unit cube: a number from 0 to 1 (exclusive) for each dimension of the space. */
export type SearchPoint = readonly number[];

/** What a candidate has reached at the end of a rung, with the learning rate annealed. */
export interface RungResult {
  /** Place in the rungs of the search, from 0. */
  readonly rung: number;
  /** Validation loss in nats per token; infinite when the training diverged. */
  readonly loss: number;
}

/** A candidate: a point of the search space and its training so far. */
export interface Trial {
  /** From 0, in the order in which they began. */
  readonly number: number;
  readonly point: SearchPoint;
  /** Rungs 0, 1, ... as far as the candidate has come. */
  readonly results: readonly RungResult[];
}

/** A training to make: a candidate up to the end of a rung. Of a new candidate it is rung 0. */
export interface SearchJob {
  readonly trial: number;
  readonly point: SearchPoint;
  readonly rung: number;
}

export interface SearchSettings {
  readonly space: SearchSpace;
  /** Steps of each rung, ascending; the last one is a whole training. */
  readonly rungs: readonly number[];
  /** The share 1 / reduction of a rung's candidates goes on to the next. */
  readonly reduction: number;
  readonly seed: number;
}
