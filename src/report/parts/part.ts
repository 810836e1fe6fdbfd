import type { ReportBlock } from '../blocks.js';
import type { RunDiagnosis } from '../diagnosis.js';
import type { MeasuredPassage } from '../passage.js';
import type { ReportedRun } from '../reported-run.js';
import type { ReportedSearch } from '../reported-search.js';

/** What a report is made of. */
export interface ReportContents {
  readonly runs: readonly ReportedRun[];
  readonly searches: readonly ReportedSearch[];
  /** What models have read for the report, at most once for each run. */
  readonly passages: readonly MeasuredPassage[];
  /** At most one for each run, in the order of the runs. */
  readonly diagnoses: readonly RunDiagnosis[];
}

/** A section of a report: an entry of the registry in index.ts. */
export interface ReportPart {
  /** Unique; letters and hyphens. */
  readonly id: string;
  readonly title: string;
  /** The contents; empty where the runs have nothing for this section, which is then left out. */
  blocks(contents: ReportContents): readonly ReportBlock[];
}
