/*
 * What the page of a report contains for its script, as JSON. The script (page/) is compiled for browsers and the rest for Node.js; this
 * file has no imports, because both read it.
 */

export interface PageData {
  /** Names of the runs. */
  readonly runs: readonly string[];
  readonly charts: readonly ChartData[];
}

export interface ChartData {
  /** The id of the element that gets the chart. */
  readonly id: string;
  readonly title: string;
  /** What the vertical axis shows, with its unit. */
  readonly unit: string;
  /** Whether the vertical axis is logarithmic at first. */
  readonly logarithmic: boolean;
  /** The horizontal axis. Absent: the steps of training. */
  readonly axis?: ChartAxis;
  readonly series: readonly SeriesData[];
}

/** A horizontal axis that is not the steps of training. Charts with axes of the same name have one cursor, and zoom together. */
export interface ChartAxis {
  /** What the values are, with their unit: `Steps back`. */
  readonly name: string;
  readonly logarithmic: boolean;
  /** Values that are marked by a vertical line with a name. */
  readonly marks: readonly { readonly at: number; readonly name: string }[];
}

export interface SeriesData {
  readonly name: string;
  /** Index of the run; absent for a line that belongs to no single run. */
  readonly run?: number;
  /** Index of the colour. Default: that of the run. */
  readonly colour?: number;
  readonly kind: SeriesKind;
  /** The first step, then the difference of each step from the one before it. */
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** A dense line; a line with few values, each of which is marked; a line to compare with another; a level to compare with. */
export type SeriesKind = 'line' | 'points' | 'dashed' | 'level';
