import type { Evidence } from '../../diagnose/evidence.js';
import { asPercent, digits, type NamedFinding } from '../../diagnose/findings/finding.js';
import type { GradientFlow } from '../../diagnose/gradient-flow.js';
import type { StepMeasurements } from '../../diagnose/step-measurements.js';
import { formatCount, formatNumber } from '../../ui/format.js';
import { sparkline } from '../../ui/sparkline.js';
import { wrapWords } from '../../ui/wrap.js';
import { notesSection, type ReportLines, reportLines, reportSection } from '../shared/report-lines.js';
import { fitSections } from './fit-sections.js';
import { readableSection, stateSections } from './state-sections.js';
import { textSections } from './text-sections.js';

interface Diagnosis {
  readonly path: string;
  readonly evidence: Evidence;
  readonly findings: readonly NamedFinding[];
  readonly notices: readonly string[];
}

/** The diagnosis for people: first the findings, then what was measured. @param width columns */
export function describeDiagnosis({ path, evidence, findings, notices }: Diagnosis, width: number): string {
  const lines = reportLines(width);
  const { flow, initialFlow, cellFlows = [], steps, firstSteps, states, initialStates, fit, config } = evidence;
  return [
    reportSection(
      `${path}: ${headline(findings)}`,
      findings.flatMap((finding, i) => findingLines(finding, i + 1, width)),
    ),
    ...(flow.length > 0 ? [flowSection(lines, 'Gradient flow by lag', flow, config.training.sequenceLength)] : []),
    ...(initialFlow
      ? [flowSection(lines, 'Gradient flow before the training', initialFlow, config.training.sequenceLength)]
      : []),
    ...cellFlows.map(({ cell, flow: ofCell }) =>
      flowSection(lines, `Gradient flow of the cell ${cell} before the training`, ofCell, config.training.sequenceLength),
    ),
    ...(steps ? [reportSection('Steps of training, at the learning rate of the config', stepLines(lines, steps))] : []),
    ...(firstSteps && firstSteps !== steps ? [reportSection('First steps of the training', stepLines(lines, firstSteps))] : []),
    ...stateSections(lines, 'Gates and units', states),
    ...(initialStates ? stateSections(lines, 'Gates and units before the training', initialStates) : []),
    readableSection(lines, states),
    ...fitSections(lines, fit),
    ...textSections(lines, evidence),
    ...notesSection(notices),
  ].join('\n\n');
}

const headline = ({ length }: readonly NamedFinding[]) =>
  length === 0 ? 'nothing wrong was found' : `${length} ${length === 1 ? 'finding' : 'findings'}, the worst first`;

function findingLines(finding: NamedFinding, number: number, width: number): string[] {
  const { problem, measured, threshold, changes, gain } = finding;
  const label = `${number}. `;
  const indent = ' '.repeat(label.length);
  const [first = '', ...rest] = wrapWords(problem, width - label.length);
  const paragraph = (text: string) => wrapWords(text, width - label.length).map((line) => indent + line);
  return [
    '',
    label + first,
    ...rest.map((line) => indent + line),
    ...paragraph(`Measured: ${measured}. ${threshold}.`),
    ...(changes.length === 0
      ? []
      : [`${indent}Change:`, ...changes.map(({ key, value }) => `${indent}  --set ${key}=${value}`)]),
    ...paragraph(gain),
  ];
}

/** Columns of a curve. */
const CURVE = 48;

function flowSection({ fact }: ReportLines, title: string, flow: readonly GradientFlow[], window: number): string {
  const lags = flow[0]!.norms.length;
  const lines = flow.flatMap(({ layer, norms, rate, horizon }) => {
    // Zero has no logarithm; it is drawn as the smallest norm.
    const smallest = Math.min(...norms.filter((norm) => norm > 0));
    const logarithms = norms.map((norm) => Math.log(Math.max(norm, smallest)));
    return [
      ...fact(
        `layer ${layer + 1}`,
        sparkline(
          norms.map((_, lag) => lag + 1),
          logarithms,
          CURVE,
        ),
      ),
      ...fact(
        '',
        `factor ${digits(rate)} per step; ${horizon === undefined ? `above 1% of lag 0 up to lag ${lags - 1}` : `below 1% of lag 0 from lag ${horizon} on`}`,
      ),
    ];
  });
  const axis = `|d loss(t) / d state(t-1-k)| for k from 0 to ${lags - 1}, on logarithmic axes; the training window has ${window} steps`;
  return reportSection(title, [...fact('shown', axis), ...lines]);
}

function stepLines({ fact }: ReportLines, steps: StepMeasurements): string[] {
  const { learningRate, tokens, gradientNorms, clippedShare, updates, noiseScale } = steps;
  const largest = updates.toSorted((a, b) => b.ratio - a.ratio);
  return [
    ...fact('learning rate', formatNumber(learningRate)),
    ...fact(
      'gradient norm',
      `${digits(Math.min(...gradientNorms))} to ${digits(Math.max(...gradientNorms))} in ${gradientNorms.length} steps`,
    ),
    ...(clippedShare === undefined ? [] : fact('clipped', `${asPercent(clippedShare)} of the steps`)),
    ...fact('step / weights', largest.map(({ name, ratio }) => `${name} ${asPercent(ratio)}`).join(', ')),
    ...fact(
      'noise scale',
      noiseScale === undefined
        ? 'not known: the gradients of different batches have nothing in common'
        : `${formatCount(noiseScale)} tokens; a step has ${formatCount(tokens)}`,
    ),
  ];
}
