/*
 * The contents of a report, independent of its form: html/ writes them as a page, markdown/ as a Markdown file with pictures. All texts are
 * plain: what writes them escapes them.
 */
import type { ChartAxis, SeriesKind } from './page-data.js';

export type ReportBlock =
  | ParagraphBlock
  | FiguresBlock
  | FactsBlock
  | TableBlock
  | ChartBlock
  | CommandsBlock
  | CodeBlock
  | QuotationBlock
  | HeatTextBlock
  | MatrixBlock
  | ScatterBlock
  | BarsBlock
  | FindingBlock
  | ParallelBlock
  | RunChoiceBlock
  | FoldedBlock;

export interface ParagraphBlock {
  readonly type: 'paragraph';
  readonly text: string;
}

/** The few numbers that matter most. */
export interface FiguresBlock {
  readonly type: 'figures';
  readonly figures: readonly (readonly [value: string, name: string])[];
}

/** Names with their values. */
export interface FactsBlock {
  readonly type: 'facts';
  readonly facts: readonly (readonly [name: string, value: string])[];
}

export interface TableBlock {
  readonly type: 'table';
  /** What the table shows. */
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  /** One text for each column; the first one names the row. */
  readonly rows: readonly (readonly string[])[];
}

export interface TableColumn {
  readonly heading: string;
  readonly isNumber?: boolean;
}

/** A line of a chart. Steps are ascending. */
export interface ChartLine {
  readonly name: string;
  /** Index of the run; absent for a line that belongs to no single run. */
  readonly run?: number;
  /** Index of the colour. Default: that of the run. */
  readonly colour?: number;
  readonly kind: SeriesKind;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** Lines over the steps of training, or over the values of another axis. */
export interface ChartBlock {
  readonly type: 'chart';
  /** Unique in the report; letters and hyphens. */
  readonly id: string;
  readonly title: string;
  /** What the vertical axis shows, with its unit. */
  readonly unit: string;
  readonly logarithmic: boolean;
  /** The horizontal axis. Default: the steps of training. */
  readonly axis?: ChartAxis;
  readonly lines: readonly ChartLine[];
}

/** Commands for a shell, each with what it does. */
export interface CommandsBlock {
  readonly type: 'commands';
  readonly commands: readonly (readonly [command: string, purpose: string])[];
}

/** Lines of a program. */
export interface CodeBlock {
  readonly type: 'code';
  /** As Markdown names it: `python`. */
  readonly language: string;
  readonly text: string;
}

/** A text of a model, with its line ends. */
export interface QuotationBlock {
  readonly type: 'quotation';
  readonly label: string;
  /** The beginning that was given to the model, if there was one. */
  readonly prompt: string;
  readonly text: string;
}

/** A text on a background that shows a value of each piece, such as its surprisal. */
export interface HeatTextBlock {
  readonly type: 'heat-text';
  readonly label: string;
  readonly pieces: readonly HeatTextPiece[];
  /** Of the values: `bits`. */
  readonly unit: string;
  /** Where the first level begins, and the width of a level; the last level also has all larger values. */
  readonly lowest: number;
  readonly step: number;
  /** Decimals of a value. */
  readonly decimals: number;
}

export interface HeatTextPiece {
  readonly text: string;
  /** Undefined for text without a value, which was not predicted. */
  readonly value: number | undefined;
}

/** A matrix of shares as squares: row i has the cells `start` to `start + values.length`, values from 0 to 1. */
export interface MatrixBlock {
  readonly type: 'matrix';
  /** Unique in the report; letters, digits and hyphens. */
  readonly id: string;
  readonly title: string;
  /** What the rows and the columns are. */
  readonly rowsAre: string;
  readonly columnsAre: string;
  /** Labels of the rows, which are those of the columns too. */
  readonly labels: readonly string[];
  readonly rows: readonly { readonly start: number; readonly values: readonly number[] }[];
}

/** Named points in a plane. Names of earlier points have precedence where two would overlap. */
export interface ScatterBlock {
  readonly type: 'scatter';
  /** As in {@link MatrixBlock}. */
  readonly id: string;
  readonly title: string;
  readonly xIs: string;
  readonly yIs: string;
  readonly points: readonly { readonly name: string; readonly x: number; readonly y: number }[];
}

/** Named lengths. Their values are also shown as a table, or as texts beside them. */
export interface BarsBlock {
  readonly type: 'bars';
  /** As in {@link MatrixBlock}. */
  readonly id: string;
  readonly title: string;
  /** What the lengths are, with their unit. */
  readonly unit: string;
  /** A logarithmic axis has bars of one part. */
  readonly logarithmic: boolean;
  /** The end of the axis. Default: the longest bar. */
  readonly end?: number;
  /** What the parts of each bar are, one after the other; several have a legend. */
  readonly parts: readonly string[];
  /** What each bar is of: `matrix`. */
  readonly barsAre: string;
  readonly bars: readonly Bar[];
  /** What the mark on a bar is, if some bars have one. */
  readonly markIs?: string;
  /** A value to compare all bars with. */
  readonly level?: { readonly at: number; readonly name: string };
}

export interface Bar {
  readonly name: string;
  /** The lengths of the parts. */
  readonly lengths: readonly number[];
  /** The values in words. */
  readonly text: string;
  readonly mark?: number;
}

/** What is wrong, and what to do about it. */
export interface FindingBlock {
  readonly type: 'finding';
  readonly number: number;
  /** How bad it is, in a word or two. */
  readonly grade: string;
  readonly problem: string;
  /** The number that shows it, its threshold, what a change should gain. */
  readonly paragraphs: readonly string[];
  /** The changes of the config, as lines of YAML and as flags; both empty where there are none. */
  readonly yaml: string;
  readonly flags: string;
}

/** Parallel coordinates: an axis for each quantity and a line across them for each thing, the best one first. */
export interface ParallelBlock {
  readonly type: 'parallel';
  /** As in {@link MatrixBlock}. */
  readonly id: string;
  readonly title: string;
  readonly axes: readonly ParallelAxis[];
  /** Places from 0, at the bottom, to 1, one for each axis. */
  readonly lines: readonly { readonly name: string; readonly places: readonly number[] }[];
}

export interface ParallelAxis {
  readonly name: string;
  readonly ticks: readonly { readonly place: number; readonly label: string }[];
}

/** Where a page lets a person choose the runs that its charts show. */
export interface RunChoiceBlock {
  readonly type: 'run-choice';
}

/** Blocks that a page can fold. */
export interface FoldedBlock {
  readonly type: 'folded';
  readonly title: string;
  readonly isOpen: boolean;
  readonly blocks: readonly ReportBlock[];
}
