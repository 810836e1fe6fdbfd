/** Numbers by the names of parameters. */
export type ByParameter = Readonly<Record<string, number>>;

/** What one step of training did (`training.diagnostics`). */
export interface StepDiagnosis {
  /** The share of the steps since the last diagnosis whose gradients were scaled down; absent without clipping by the global norm. */
  readonly clippedShare?: number;
  /** L2 norms of the gradients before clipping. */
  readonly gradientNorms: ByParameter;
  /** |change| / |weights| of each weight matrix, both Frobenius norms. */
  readonly updateRatios: ByParameter;
  /** The share of values whose second moment is below epsilon; absent for an optimizer that does not divide by its root. */
  readonly belowEpsilon?: ByParameter;
  /** Estimates of |G|² and of the variance of a token's gradient: see `noiseFromHalves`. Absent where the batch has no halves. */
  readonly gradientSquare?: number;
  readonly gradientVariance?: number;
  /** In tokens, from the last ten diagnoses or so; absent while the mean of their `gradientSquare` is not positive. */
  readonly noiseScale?: number;
}

/** Counters of the diagnosis, which checkpoints contain: a resumed run writes the same numbers. */
export interface DiagnosisCounters {
  /** Steps since the last diagnosis, and those of them that were clipped. */
  steps: number;
  clipped: number;
  /** Running means, both from zero: their ratio needs no correction. */
  square: number;
  variance: number;
}
