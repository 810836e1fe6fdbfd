import uPlot from 'uplot';
import type { ChartData, SeriesData } from '../page-data.js';

/** Steps in ascending order, and for each series its value after each step; null where it has none. */
export type Columns = [steps: number[], ...values: (number | null)[][]];

/** The series of a chart over all steps that one of them has. */
export function columnsOfChart({ series }: ChartData): Columns {
  const tables = series.map((one): uPlot.AlignedData => [stepsOf(one), [...one.values]]);
  return uPlot.join(tables) as Columns;
}

function stepsOf({ steps }: SeriesData): number[] {
  let step = 0;
  return steps.map((difference) => {
    // Values of one axis must be equal numbers in all series: sums of decimal fractions are not.
    step = Number((step + difference).toPrecision(9));
    return step;
  });
}

/**
 * The index of the value of a series that is nearest to a step; null when it has no value between the indices.
 *
 * @param at the index of the step
 */
export function nearestIndex(
  [steps, ...columns]: Columns,
  series: number,
  at: number,
  [first, last] = [0, steps.length - 1],
): number | null {
  const values = columns[series]!;
  let below = at;
  while (below >= first && values[below] == null) below--;
  let above = at;
  while (above <= last && values[above] == null) above++;
  if (below < first) return above > last ? null : above;
  if (above > last) return below;
  return steps[at]! - steps[below]! <= steps[above]! - steps[at]! ? below : above;
}

/** A number in about four digits. */
export function shortNumber(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(2).replace(/\.?0*e\+?/, 'e');
  return size >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(4)));
}

/** 1234567 as `1,234,567`, in every locale. */
export const groupedNumber = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
