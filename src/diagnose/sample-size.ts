import type { ParameterTable } from '../model/parameter-table.js';

/** Parameters times tokens of a sample: a few seconds on one core. Models of up to about two million parameters read all that is wanted. */
const AFFORDABLE = 2_097_152 * 16_384;

interface Sizes {
  readonly wanted: number;
  /** Fewer tell too little. */
  readonly least: number;
}

/**
 * The tokens that a measurement reads: as many as it wants, or fewer of a large model, whose diagnosis would else take a quarter of an hour.
 * Reading a token takes about one multiplication for each parameter.
 */
export function sampleSize(
  { table }: { readonly table: Pick<ParameterTable, 'trainedLength'> },
  { wanted, least }: Sizes,
): number {
  return Math.min(wanted, Math.max(least, Math.floor(AFFORDABLE / table.trainedLength)));
}
