import type { ReportBlock } from '../blocks.js';
import type { MeasuredDiagnosis } from '../diagnosis.js';
import type { ReportContents } from './part.js';

/** A run that was diagnosed. */
export interface DiagnosedRun {
  /** Index of the run in the report. */
  readonly run: number;
  readonly name: string;
  readonly measured: MeasuredDiagnosis;
}

export function diagnosedRuns({ runs, diagnoses }: ReportContents): DiagnosedRun[] {
  return diagnoses.flatMap((diagnosis) =>
    'measured' in diagnosis ? [{ run: diagnosis.run, name: runs[diagnosis.run]!.name, measured: diagnosis.measured }] : [],
  );
}

/** The blocks of each diagnosed run, folded if the report has several runs, after the explanations; empty where no run has blocks. */
export function blocksOfDiagnoses(
  contents: ReportContents,
  explanations: readonly string[],
  blocksOf: (run: DiagnosedRun) => ReportBlock[],
): ReportBlock[] {
  const found = diagnosedRuns(contents).flatMap((run): ReportBlock[] => {
    const blocks = blocksOf(run);
    if (blocks.length === 0 || contents.runs.length === 1) return blocks;
    return [{ type: 'folded', title: run.name, isOpen: false, blocks }];
  });
  return found.length === 0 ? [] : [...explanations.map((text): ReportBlock => ({ type: 'paragraph', text })), ...found];
}

/** A share from 0 to 1 as `12.3%`, or `0.12%`. */
export function shareText(share: number): string {
  if (!Number.isFinite(share)) return 'not finite';
  const percent = 100 * share;
  return `${percent >= 1 ? percent.toFixed(1) : Number(percent.toPrecision(2))}%`;
}

export const layerTitle = (layer: number): string => `layer ${layer + 1}`;
