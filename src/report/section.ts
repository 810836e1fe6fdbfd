import type { ReportBlock } from './blocks.js';

/** A section of a report with its contents. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly ReportBlock[];
}
