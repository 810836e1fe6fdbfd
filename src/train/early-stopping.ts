export interface EarlyStoppingOptions {
  readonly patience: number;
  readonly minimumImprovement: number;
}

/** The results of validation so far: plain numbers, stored in checkpoints. */
export interface ValidationRecord {
  bestLoss?: number;
  bestStep?: number;
  /** Validations since the last improvement on `reference` by the minimum. */
  waited: number;
  /** The loss to beat for early stopping. */
  reference?: number;
}

/** Records a validation; returns whether it is the best so far. */
export function recordValidation(
  record: ValidationRecord,
  loss: number,
  step: number,
  options?: EarlyStoppingOptions,
): boolean {
  const best = record.bestLoss === undefined || loss < record.bestLoss;
  if (best) {
    record.bestLoss = loss;
    record.bestStep = step;
  }
  if (record.reference === undefined || loss < record.reference - (options?.minimumImprovement ?? 0)) {
    record.reference = loss;
    record.waited = 0;
  } else {
    record.waited++;
  }
  return best;
}

/** Whether validation has failed to improve for as long as the options allow (Prechelt 1998). */
export function shouldStop({ waited }: ValidationRecord, options: EarlyStoppingOptions | undefined): boolean {
  return options !== undefined && waited >= options.patience;
}
