import type { ParameterTable } from '../model/parameter-table.js';

/**
 * The most multiplications of a measurement, a few seconds on one core: enough for 16,384 tokens and two million parameters.
 */
const AFFORDABLE = 2_097_152 * 16_384;

interface Sizes {
  readonly wanted: number;
  /** Fewer tell too little. */
  readonly least: number;
}

/**
 * The tokens that a measurement reads: as many as it wants, or fewer of a large model, whose diagnosis would otherwise take many minutes.
 * Reading a token takes about one multiplication for each parameter.
 */
export function sampleSize(
  { table }: { readonly table: Pick<ParameterTable, 'trainedLength'> },
  { wanted, least }: Sizes,
): number {
  return Math.min(wanted, Math.max(least, Math.floor(AFFORDABLE / table.trainedLength)));
}
