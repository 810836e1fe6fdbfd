import { changesAsFlags, changesAsYaml } from '../../config/proposed-changes.js';
import { plural } from '../../ui/format.js';
import type { FindingBlock, ReportBlock } from '../blocks.js';
import type { ReportedFinding, RunDiagnosis } from '../diagnosis.js';
import type { ReportPart } from './part.js';

/** What is wrong with the training of each run, and what to change. */
export const findingsPart: ReportPart = {
  id: 'findings',
  title: 'Findings',
  blocks({ runs, diagnoses }) {
    if (diagnoses.length === 0) return [];
    const left = runs.length - diagnoses.length;
    return [
      { type: 'paragraph', text: explanation },
      ...diagnoses.flatMap((diagnosis) => findingsOfRun(diagnosis, runs.length === 1 ? undefined : runs[diagnosis.run]!.name)),
      ...(left > 0
        ? [
            paragraph(
              `The other ${plural(left, 'run')} ${left === 1 ? 'is' : 'are'} not diagnosed here: textloom diagnose RUN does it.`,
            ),
          ]
        : []),
    ];
  },
};

const explanation =
  'What may be wrong with the training, the worst first. A rule reports only what it has measured above its threshold; the sections with ' +
  'pictures below show the numbers. The model of the latest checkpoint is examined, which need not be the best one.';

const paragraph = (text: string): ReportBlock => ({ type: 'paragraph', text });

/** @param name of the run; undefined for the only one */
function findingsOfRun(diagnosis: RunDiagnosis, name: string | undefined): ReportBlock[] {
  const before = name === undefined ? '' : `${name}: `;
  if ('problem' in diagnosis) return [paragraph(`${before}not diagnosed: ${diagnosis.problem}`)];
  const { findings, notices } = diagnosis.measured;
  const notes = notices.map((notice) => paragraph(`Note: ${notice}`));
  if (findings.length === 0) return [paragraph(`${before}nothing wrong was found.`), ...notes];
  const blocks = [...findings.map(findingBlock), ...notes];
  return name === undefined
    ? blocks
    : [{ type: 'folded', title: `${before}${plural(findings.length, 'finding')}`, isOpen: true, blocks }];
}

function findingBlock({ severity, problem, measured, threshold, changes, gain }: ReportedFinding, i: number): FindingBlock {
  return {
    type: 'finding',
    number: i + 1,
    grade: severity >= SERIOUS ? 'serious' : severity >= MODERATE ? 'moderate' : 'a remark',
    problem,
    paragraphs: [`Measured: ${measured}. ${threshold}.`, gain],
    yaml: changesAsYaml(changes).join('\n'),
    flags: changesAsFlags(changes).join(' '),
  };
}

/** Severities from which on a finding is called so. */
const SERIOUS = 0.75;
const MODERATE = 0.3;
